"""The parts of a span that differ from one request to the next, written as protobuf (opentelemetry/proto/trace/v1).

What two messages say one after the other, protobuf reads as one message that says both: so a span is the pattern of its
kind, which the SDK has encoded once, and behind it what is written here.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache

from gateway.tracing.telling import Value

_HEAD = struct.Struct("<2s16s2s8ssQsQ2sI")
_PARENT = struct.Struct("<2s8s")
_TIMED = struct.Struct("<sQ")
_DOUBLE = struct.Struct("<sd")
_TEXT, _BOOL, _INT, _FLOAT = b"\x0a", b"\x10", b"\x18", b"\x21"
_KEY, _ANY = b"\x0a", b"\x12"
_STATE, _ATTRIBUTE, _EVENT, _DROPPED_EVENTS = b"\x1a", b"\x4a", b"\x5a", b"\x60"
_TOLD, _REMOTE = 0x100, 0x200
"""Of a span's flags: that it is known whether its parent is elsewhere, and that it is."""
_INT64 = 2**64 - 1
_MORE = 0x80


def head(trace: int, span: int, times: tuple[int, int], *, parent: int, remote: bool, state: bytes) -> bytes:
    """Ids, times in nanoseconds since 1970, and where it hangs; `parent` 0 where it is a root."""
    flags = _TOLD | _REMOTE if remote else _TOLD
    known = _HEAD.pack(
        b"\x0a\x10", trace.to_bytes(16), b"\x12\x08", span.to_bytes(8),
        b"\x39", times[0], b"\x41", times[1], b"\x85\x01", flags,
    )  # fmt: skip
    if parent:
        known += _PARENT.pack(b"\x22\x08", parent.to_bytes(8))
    return known + field(_STATE, state) if state else known


def attribute(key: str, value: Value) -> bytes:
    """One attribute of a span; within an event or a pattern it is another field, with the same in it."""
    return field(_ATTRIBUTE, _pair(key, value))


known_attribute = lru_cache(maxsize=1024)(attribute)
"""The same for values of which there are few."""


def event(name: str, at: int, details: Iterable[tuple[str, Value]]) -> bytes:
    """`at` is in nanoseconds since 1970."""
    inside = _TIMED.pack(b"\x09", at) + _name(name) + b"".join([_detail(key, value) for key, value in details])
    return field(_EVENT, inside)


def dropped_events(count: int) -> bytes:
    return _DROPPED_EVENTS + _varint(count)


def field(tag: bytes, content: bytes) -> bytes:
    return tag + _varint(len(content)) + content


def _pair(key: str, value: Value) -> bytes:
    return field(_KEY, key.encode()) + field(_ANY, _any(value))


def _any(value: Value) -> bytes:
    match value:
        case bool():
            return _BOOL + _varint(value)
        case int():
            return _INT + _varint(value & _INT64)
        case float():
            return _DOUBLE.pack(_FLOAT, value)
        case _:
            return field(_TEXT, value.encode("utf-8", "replace"))


@lru_cache(maxsize=4096, typed=True)
def _detail(key: str, value: Value) -> bytes:
    return field(b"\x1a", _pair(key, value))


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    return field(b"\x12", name.encode())


def _varint(number: int) -> bytes:
    if number < _MORE:
        return bytes((number,))
    pieces = bytearray()
    while number >= _MORE:
        pieces.append(number & 0x7F | _MORE)
        number >>= 7
    pieces.append(number)
    return bytes(pieces)
