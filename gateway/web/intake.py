"""What a request must satisfy before anything else looks at it, and how its parts are read."""

import asyncio
import itertools
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from gateway.contract import Headers
from gateway.declared import Operation
from gateway.errors import (
    BodyTooLarge,
    ForeignOrigin,
    HeadersTooLarge,
    InvalidRequest,
    MisdirectedRequest,
    RequestTimeout,
    UriTooLong,
    Violation,
)
from gateway.web.forwarded import Network
from gateway.web.room import Room

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

URI_LIMIT = 32 * 1024
"""Bytes of path and query; what an endpoint declares as valid has to fit, percent-encoded."""
HEADER_LIMIT = 64 * 1024
QUERY_FIELDS = 1_000
BODY_SECONDS = 30.0
"""How long a whole body may take to arrive."""

_WATCHED = frozenset(
    {
        b"host", b"x-correlation-id", b"content-length", b"transfer-encoding", b"origin", b"sec-fetch-site",
        b"sec-fetch-mode",
    }
)  # fmt: skip
_ONCE = _WATCHED - {b"x-correlation-id", b"sec-fetch-mode"}
_LAST: Headers = ((b"connection", b"close"),)
"""Whose request can be read in two ways must not have the next one read."""
_CORRELATION = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
FOREIGN = "a page of another site may not call a gateway that asks for no key"
_LOOPBACK = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_process = secrets.token_hex(8)
_numbers = itertools.count(1)


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Who is let in. `keyless`: nobody needs a key, so only this machine's own programs may ask, and no web page.

    `origins` are those whose pages may ask all the same, `proxies` those whose X-Forwarded-For is believed.
    """

    body_limit: int
    keyless: bool = True
    origins: frozenset[bytes] = frozenset()
    proxies: tuple[Network, ...] = ()


class Head(msgspec.Struct, frozen=True):
    """A request line and header block that passed: `length` of the body in bytes, None where it is chunked.

    `led`: a page of another site led the browser here, which is good for what is meant for browsers only.
    """

    headers: Headers
    length: int | None
    led: bool = False

    def check_goal(self, operation: Operation) -> None:
        """The gateway's own pages have no vendor behind them."""
        if self.led and operation.base_url:
            raise ForeignOrigin(FOREIGN)


def correlation_of(headers: Headers) -> str:
    """The caller's own id if it is one that can stand in a log line, else a new one, unique among all processes."""
    if b"x-correlation-id" in dict(headers):
        given = [value for name, value in headers if name == b"x-correlation-id"]
        if len(given) == 1 and _CORRELATION.fullmatch(given[0]):
            return given[0].decode()
    return f"{_process}-{next(_numbers):x}"


def admit(scope: Scope, headers: Headers, door: Door) -> Head:
    """Raises the CallerError that the request line or a header field calls for."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > URI_LIMIT:
        raise UriTooLong(f"an address has at most {URI_LIMIT} bytes")
    size = 0
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name in _WATCHED:
            if name in found and name in _ONCE:
                raise InvalidRequest(f"a request has one {name.decode()} at most", headers=_LAST)
            found[name] = value
    if size > HEADER_LIMIT:
        raise HeadersTooLarge(f"the header fields have at most {HEADER_LIMIT} bytes")
    _check_host(found.get(b"host"), door)
    led = door.keyless and _check_page(scope["method"], found, door)
    return Head(headers, _length(found, door), led)


def _check_host(host: bytes | None, door: Door) -> None:
    name = _HOST.fullmatch(host) if host else None
    if name is None:
        raise InvalidRequest("a request has exactly one Host, and it names a host")
    if door.keyless and name[1].lower() not in _LOOPBACK:
        raise MisdirectedRequest("without API keys the gateway answers to localhost, 127.0.0.1 and [::1] only")


def _check_page(method: str, found: dict[bytes, bytes], door: Door) -> bool:
    """Whether the browser was led here; an OPTIONS asks for nothing that it would not be told anyhow."""
    origin = found.get(b"origin")
    if method != "OPTIONS" and found.get(b"sec-fetch-site") == b"cross-site" and origin not in door.origins:
        if method == "GET" and found.get(b"sec-fetch-mode") == b"navigate":
            return True
        raise ForeignOrigin(FOREIGN)
    if method not in _SAFE:
        _check_origin(origin, found, door)
    return False


def _check_origin(origin: bytes | None, found: dict[bytes, bytes], door: Door) -> None:
    if origin is None or origin in door.origins:
        return
    scheme, _, host = origin.partition(b"://")
    if scheme not in {b"http", b"https"} or host.lower() != found.get(b"host", b"").lower():
        raise ForeignOrigin("a page of another origin may not call a gateway that asks for no key")


def _length(found: dict[bytes, bytes], door: Door) -> int | None:
    coding = found.get(b"transfer-encoding")
    if coding is not None:
        if coding.strip().lower() != b"chunked":
            raise InvalidRequest("the only Transfer-Encoding that is understood is chunked", headers=_LAST)
        return None
    text = found.get(b"content-length", b"0")
    if not (text.isdigit() and text.isascii()):
        raise InvalidRequest("Content-Length is a number of bytes")
    if int(text) > door.body_limit:
        raise BodyTooLarge(f"a body has at most {door.body_limit} bytes")
    return int(text)


async def read_body(receive: Receive, head: Head, limit: int, room: Room) -> bytes:
    """The whole body; one that is cut short is refused and never forwarded. Its bytes take `room`, which whoever asked
    for it gives back.
    """
    if head.length == 0:
        return b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _gather(receive, limit, room)
    except TimeoutError:
        raise RequestTimeout(f"a body arrives within {BODY_SECONDS:.0f} seconds") from None


async def _gather(receive: Receive, limit: int, room: Room) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        while True:
            message = await receive()
            chunk = _chunk(message)
            _check_size(size + len(chunk), limit)
            room.take(len(chunk))
            size += len(chunk)
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)
    except BaseException:
        room.give_back(size)
        raise


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise BodyTooLarge(f"a body has at most {limit} bytes")


class Uploading:
    """A body chunk by chunk, as it is asked for: what the vendor does not take is not read from the client."""

    __slots__ = ("_limit", "_receive", "ended")

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self.ended = asyncio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        size, more = 0, True
        try:
            while more:
                message = await self._receive()
                chunk = _chunk(message)
                size += len(chunk)
                _check_size(size, self._limit)
                more = message.get("more_body", False)
                if chunk:
                    yield chunk
        finally:
            self.ended.set()


def _chunk(message: Message) -> bytes:
    if message["type"] != "http.request":
        raise InvalidRequest("the body ended before it was complete")
    chunk: bytes = message.get("body", b"")
    return chunk


def target_of(scope: Scope) -> str:
    """Path and query as they stood on the wire: a native mount passes them on."""
    query: bytes = scope["query_string"]
    target: bytes = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
    return target.decode("latin-1")


def parse_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Decoded pairs in their order; `+` is a space. Raises InvalidRequest for what is not UTF-8 or too much."""
    if not raw:
        return ()
    if raw.count(b"&") >= QUERY_FIELDS:
        raise InvalidRequest(f"a query has at most {QUERY_FIELDS} fields")
    try:
        if b"%" in raw or b"+" in raw:
            fields = [field.partition(b"=") for field in raw.split(b"&") if field]
            return tuple([(_decoded(name), _decoded(value)) for name, _, value in fields])
        plain = [field.partition("=") for field in raw.decode().split("&") if field]
        return tuple([(name, value) for name, _, value in plain])
    except UnicodeDecodeError:
        violation = Violation("query", "expected percent-encoded UTF-8")
        raise InvalidRequest("the query is not UTF-8", violations=[violation]) from None


def _decoded(text: bytes) -> str:
    if b"%" in text or b"+" in text:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode()
    return text.decode()
