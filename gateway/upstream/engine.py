"""The seam to a vendor HTTP client: what goes out, what comes in, and what every engine owes the rest of us."""

import asyncio
import contextlib
import string
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from operator import itemgetter
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from gateway.contract import Body, Headers
from gateway.errors import GatewayError, InvalidRequest, NameNotResolved, ResponseTooLarge, UpstreamReset

Clock = Callable[[], float]

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose empty body is announced as empty: some vendors answer 411 otherwise (RFC 9110, 8.6)."""

IDLE_SECONDS = 30.0
"""A connection that nobody used for so long is closed: most vendors' own patience is longer, so the race is rare."""

_STOPPING_SECONDS = 0.5
_TOKEN = b"!#$%&'*+-.^_`|~" + string.digits.encode() + string.ascii_letters.encode()
_CONTROL = bytes([*range(9), *range(10, 32), 127])  # a tab may stand in a value
_NAME, _VALUE = itemgetter(0), itemgetter(1)
_FINAL = 200  # below are interim answers, which engines skip, and 101


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the vendor shall get it.

    `url` is absolute; its path and query are percent-encoded already and reach the wire as they are. The engine adds
    Host and the framing of the body, and nothing else. `connect_timeout` in seconds covers TCP and TLS.
    """

    method: str
    url: str
    headers: Headers = ()
    body: Body = b""
    connect_timeout: float = 5.0


class Incoming(Protocol):
    """An answer whose head has arrived; its body is read once, whole or in chunks, and it is closed in any case.

    Whatever goes wrong with the body is UpstreamReset; one that is longer than `limit` is ResponseTooLarge. `read`
    closes by itself. A connection whose answer was not read to its end is never used again.
    """

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Headers: ...

    @property
    def reused(self) -> bool:
        """Whether it came over a connection that an earlier answer had come over."""
        ...

    async def read(self, limit: int) -> bytes: ...

    def chunks(self) -> AsyncGenerator[bytes, None]: ...

    async def close(self) -> None: ...


class Engine(Protocol):
    """A vendor HTTP client. Follows no redirect, keeps no cookie, unpacks nothing, repeats nothing.

    `open` raises a NotSent where no byte of the request left, else an OutcomeUnknown; InvalidRequest for what cannot
    be written as HTTP; and whatever the request's own body raised. To cancel it is to cancel the vendor's call at
    once. `close` comes when nothing is in flight any more.
    """

    async def open(self, request: Outgoing) -> Incoming: ...

    async def close(self) -> None: ...


class Origin(msgspec.Struct, frozen=True):
    """Whom a connection leads to; `authority` is how Host names it, `base` how it is written before a target."""

    authority: str
    base: str
    host: str
    port: int
    tls: bool


class Origins(dict[str, Origin]):
    """Origins by how a URL begins; as many as the config names."""

    def __missing__(self, text: str) -> Origin:
        origin = self[text] = _origin(text)
        return origin

    def split(self, url: str) -> tuple[Origin, str]:
        """The origin and the target, character by character as it stood."""
        end = url.find("/", 8)
        return (self[url], "/") if end < 0 else (self[url[:end]], url[end:])


def _origin(text: str) -> Origin:
    """One spelling for one host: the overrides of name resolution match to the letter."""
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
        port, usual = parts.port, 443 if parts.scheme == "https" else 80
    except ValueError as error:
        raise NameNotResolved("the address of the vendor is none that can be called") from error
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or parts.query or parts.fragment:
        raise NameNotResolved("the address of the vendor is none that can be called")
    written = f"[{host}]" if ":" in host else host
    if port is not None and port != usual:
        written = f"{written}:{port}"
    return Origin(written, f"{parts.scheme}://{written}", host, port or usual, parts.scheme == "https")


class Upload:
    """A streamed body on its way out; `failure` is what its source raised, which is not the vendor's fault."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._running = False
        self._stopped = asyncio.Event()
        self.failure: Exception | None = None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        self._running = True
        try:
            async for chunk in self._source:
                yield chunk
        except Exception as error:
            self.failure = error
            raise
        finally:
            self._stopped.set()

    async def stopped(self) -> None:
        """Returns when nobody reads the source any more, so that its owner can close it."""
        if self._running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOPPING_SECONDS):
                    await self._stopped.wait()


def check_fields(headers: Headers) -> None:
    """Refuses fields that are no token and text on one line; text is UTF-8 in either engine."""
    names = tuple(map(_NAME, headers))
    text = b" ".join(map(_VALUE, headers))
    strange = b"".join(names).translate(None, _TOKEN) or len(text.translate(None, _CONTROL)) < len(text)
    if strange or not all(names):
        raise InvalidRequest("a header field has characters that do not cross")
    if not text.isascii():
        _check_text(text)


def _check_text(text: bytes) -> None:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest("a header field is not UTF-8") from error


def check_framing(status: int, headers: Headers) -> None:
    """Refuses what engines let pass: an upgrade nobody asked for, codings we do not undo, two opinions on length."""
    if status < _FINAL:
        raise UpstreamReset(f"the vendor switched protocols with {status}")
    names = tuple(map(_NAME, headers))
    codings = names.count(b"transfer-encoding")
    if codings + names.count(b"content-length") > 1:
        raise UpstreamReset("the vendor's answer has no clear end")
    if codings and headers[names.index(b"transfer-encoding")][1].strip().lower() != b"chunked":
        raise UpstreamReset("the vendor's answer is coded in a way that nobody asked for")


def too_large(limit: int) -> GatewayError:
    return ResponseTooLarge(f"the vendor's answer is larger than {limit} bytes")
