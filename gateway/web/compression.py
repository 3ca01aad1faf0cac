"""Compresses what is worth it: gzip, brotli, zstd, by what the client prefers."""

import asyncio
import gzip
from collections.abc import Callable, Mapping

import brotli
import zstandard

from gateway.contract import Headers, first

SMALLEST = 1_024
"""Bytes below which compressing costs more than it saves."""
IN_THREAD = 128 * 1024
"""Bytes from which compressing would hold up other requests."""

_TYPES = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    packed: bytes = brotli.compress(body, quality=4)
    return packed


def _zstd(body: bytes) -> bytes:
    return zstandard.compress(body, 3)


_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}
"""In our order of preference, where the client has none."""

_CONDITIONS = frozenset({b"if-none-match", b"if-match"})
_SUFFIXES = tuple(f'-{coding}"'.encode() for coding in _PACKERS)


async def compressed(body: bytes, headers: Headers, accept: bytes) -> tuple[bytes, Headers]:
    """Body and headers as they go out; unchanged where compressing is not asked for, not worth it or already done."""
    if len(body) < SMALLEST or first(headers, b"content-encoding") is not None:
        return body, headers
    if not (first(headers, b"content-type") or b"").decode("latin-1").startswith(_TYPES):
        return body, headers
    headers = (*(field for field in headers if field[0] != b"vary"), (b"vary", _vary(headers)))
    coding = preferred(accept)
    if coding is None:
        return body, headers
    pack = _PACKERS[coding]
    packed = await asyncio.to_thread(pack, body) if len(body) >= IN_THREAD else pack(body)
    suffixed = tuple(_marked(field, coding) for field in headers)
    return packed, (*suffixed, (b"content-encoding", coding.encode()))


def preferred(accept: bytes) -> str | None:
    """The coding that an Accept-Encoding asks for most, among ours (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(","):
        coding, _, parameters = part.partition(";")
        weights[coding.strip()] = _weight(parameters)
    fallback = weights.get("*", 0.0)
    best = max(_PACKERS, key=lambda coding: weights.get(coding, fallback))
    return best if weights.get(best, fallback) > 0 else None


def without_suffix(headers: Headers) -> Headers:
    """A caller's conditions, with the entity tags as they were before compression marked them."""
    if _CONDITIONS.isdisjoint(dict(headers)):
        return headers
    return tuple((name, _unmarked(value)) if name in _CONDITIONS else (name, value) for name, value in headers)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _vary(headers: Headers) -> bytes:
    there = first(headers, b"vary")
    return b"Accept-Encoding" if there is None else there + b", Accept-Encoding"


def _marked(field: tuple[bytes, bytes], coding: str) -> tuple[bytes, bytes]:
    """A strong tag names one sequence of bytes, so each coding has a tag of its own."""
    name, value = field
    if name == b"etag" and value.startswith(b'"'):
        return name, value[:-1] + b"-" + coding.encode() + b'"'
    return field


def _unmarked(value: bytes) -> bytes:
    for suffix in _SUFFIXES:
        value = value.replace(suffix, b'"')
    return value
