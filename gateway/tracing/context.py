"""W3C Trace Context: where a caller's request stands in a trace is read, and a vendor is told where his attempt stands.

What is not written as the standard says is taken for not written at all: it comes from strangers.
"""

import re
from collections.abc import Iterator

import msgspec

from gateway.contract import Headers, Trace

PARENT = b"traceparent"
STATE = b"tracestate"
MOST_STATE = 512
"""Bytes of what other tracers say to each other through us; the standard asks for no more."""

_PARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_MEMBER = re.compile(
    rb"(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})"
    rb"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)
_MOST_MEMBERS = 32
_MOST_READ = 4096
"""A longer field is not even looked at."""
FIELDS = frozenset({PARENT, STATE})
SPAN = 2**64 - 1
"""The bits of a span's id, and as many of a trace's."""
_SAMPLED = 1


class Given(msgspec.Struct, frozen=True):
    """What a caller says of its own place: the trace, its span there, whether it is recorded, other tracers' words."""

    trace: int
    span: int
    sampled: bool
    state: bytes = b""


def given(headers: Headers) -> Given | None:
    """None where nothing is said, or not in the way of the standard."""
    parents = [value.strip(b" \t") for name, value in headers if name == PARENT]
    if len(parents) != 1 or len(parents[0]) > MOST_STATE:
        return None
    found = _PARENT.fullmatch(parents[0])
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if version == b"ff" or (version == b"00" and more is not None):
        return None
    known = Given(int(trace, 16), int(span, 16), bool(int(flags, 16) & _SAMPLED), _state(headers))
    return known if known.trace and known.span else None


def onward(trace: Trace) -> tuple[int, Headers]:
    """The id of one attempt, and the fields that tell the vendor; those of the caller's, FIELDS, are not for him."""
    trace.below += 1
    own = (trace.span + trace.below) & SPAN
    parent = PARENT, b"00-%032x-%016x-%02x" % (trace.trace, own, trace.sampled)
    return own, (parent, (STATE, trace.state)) if trace.state else (parent,)


def _state(headers: Headers) -> bytes:
    """The members as they came, as many of the first ones as there is room for; nothing where one of them is wrong."""
    text = b",".join([value for name, value in headers if name == STATE])
    if not text or len(text) > _MOST_READ:
        return b""
    members = [member for piece in text.split(b",") if (member := piece.strip(b" \t"))]
    keys = {member.partition(b"=")[0] for member in members}
    if len(members) > _MOST_MEMBERS or len(keys) < len(members) or not all(map(_MEMBER.fullmatch, members)):
        return b""
    return b",".join(_fitting(members))


def _fitting(members: list[bytes]) -> Iterator[bytes]:
    room = MOST_STATE + 1
    for member in members:
        room -= len(member) + 1
        if room < 0:
            return
        yield member
