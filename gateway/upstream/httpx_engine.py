"""The second engine: httpx, pure Python, slower, and everywhere at home.

It is used below its client, at its transport: no cookies, redirects, proxies, environment or default fields there.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import httpx

from gateway.contract import Headers, first
from gateway.errors import ConnectFailed, ConnectTimeout, GatewayError, TlsFailed, UpstreamReset, UpstreamTimeout
from gateway.upstream.engine import (
    Clock,
    Origin,
    Origins,
    Outgoing,
    check_fields,
    check_framing,
    too_large,
)
from gateway.upstream.httpx_lines import Line, Lines
from gateway.upstream.resolve import Addresses, Resolver

MOST_CALLS = 1000

_BODILESS = frozenset({204, 304})
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout)


class HttpxIncoming:
    """An answer of httpx; closing is immediate, so nothing can interrupt it."""

    def __init__(self, method: str, response: httpx.Response, line: Line, done: Callable[[Line, bool], None]) -> None:
        self._method = method
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._line = line
        self._done = done
        self._ended = False
        self.status: int = response.status_code
        self.reused = line.used
        self.headers: Headers = tuple([(name.lower(), value) for name, value in response.headers.raw])

    async def read(self, limit: int) -> bytes:
        pieces: list[bytes] = []
        left = limit
        try:
            if self._announced() > limit:
                raise too_large(limit)
            async with aclosing(self.chunks()) as chunks:
                async for piece in chunks:
                    left -= len(piece)
                    if left < 0:
                        raise too_large(limit)
                    pieces.append(piece)
        finally:
            self._end(clean=False)
        return b"".join(pieces)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(cast("AsyncGenerator[bytes, None]", aiter(self._stream))) as pieces:
                async for piece in pieces:
                    yield piece
            clean = self._line.clean()
            await self._stream.aclose()
            self._end(clean=clean)
        except httpx.HTTPError as error:
            raise UpstreamReset("the vendor's answer broke off") from error
        finally:
            self._end(clean=False)

    async def close(self) -> None:
        self._end(clean=False)

    def _announced(self) -> int:
        """Bytes of the body by what its head says; 0 where it does not say or there is none."""
        length = first(self.headers, b"content-length")
        if length is None or not length.isdigit() or self._method == "HEAD" or self.status in _BODILESS:
            return 0
        return int(length)

    def _end(self, *, clean: bool) -> None:
        if not self._ended:
            self._ended = True
            self._done(self._line, clean)


class HttpxEngine:
    """Connections are by origin and address: one is never shared by two names that live at one address."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        authority: Path | None = None,
        clock: Clock = time.monotonic,
        most: int = MOST_CALLS,
    ) -> None:
        """`authority` is a PEM file that is trusted beside the system's store; `most` bounds calls in flight."""
        trusted = ssl.create_default_context()
        if authority is not None:
            trusted.load_verify_locations(authority)
        self._resolver = resolver
        self._clock = clock
        self._origins = Origins()
        self._places = asyncio.Semaphore(most)
        self._lines = Lines(trusted, clock)

    async def open(self, request: Outgoing) -> HttpxIncoming:
        check_fields(request.headers)
        origin, target = self._origins.split(request.url)
        addresses = await self._resolver.addresses(origin.host, request.connect_timeout)
        await self._places.acquire()
        try:
            response, line = await self._reach(request, origin, target, addresses)
        except BaseException:
            self._places.release()
            raise
        incoming = HttpxIncoming(request.method, response, line, self._done)
        try:
            check_framing(incoming.status, incoming.headers)
        except UpstreamReset:
            await incoming.close()
            raise
        return incoming

    async def close(self) -> None:
        await self._lines.close_all()

    def _done(self, line: Line, clean: bool) -> None:
        self._places.release()
        if clean:
            self._lines.give_back(line)
        else:
            self._lines.close(line)

    async def _reach(
        self, request: Outgoing, origin: Origin, target: str, addresses: Addresses
    ) -> tuple[httpx.Response, Line]:
        """The answer of the first address that accepts a connection; nothing is sent to the ones before it."""
        until = self._clock() + request.connect_timeout
        left = sorted(addresses, key=lambda address: not self._lines.has((origin.base, address)))
        while True:
            address = left.pop(0)
            patience = max(0.001, until - self._clock()) / (len(left) + 1)
            line = self._lines.take((origin.base, address))
            try:
                return await self._ask(line, _written(request, origin, target, address, patience)), line
            except _UNREACHED as error:
                if not left:
                    raise _unreached(error, origin) from error

    async def _ask(self, line: Line, request: httpx.Request) -> httpx.Response:
        try:
            return await line.transport.handle_async_request(request)
        except BaseException as error:
            self._lines.close(line)
            if isinstance(error, _UNREACHED) or not isinstance(error, httpx.HTTPError):
                raise
            if isinstance(error, httpx.TimeoutException):
                raise UpstreamTimeout("the vendor did not answer in time") from error
            detail = "the vendor ended the connection without an answer, or with none that is HTTP"
            raise UpstreamReset(detail) from error


def _written(request: Outgoing, origin: Origin, target: str, address: str, patience: float) -> httpx.Request:
    """A request to the address in the name of the host: Host, SNI and certificate are the name's."""
    host = f"[{address}]" if ":" in address else address
    return httpx.Request(
        request.method,
        f"{'https' if origin.tls else 'http'}://{host}:{origin.port}/",
        headers=[(b"Host", origin.authority.encode()), *request.headers],
        content=request.body,
        extensions={
            "target": target.encode(),
            "sni_hostname": origin.host,
            "timeout": {"connect": patience, "read": None, "write": None, "pool": None},
        },
    )


def _unreached(error: Exception, origin: Origin) -> GatewayError:
    if isinstance(error, httpx.ConnectTimeout):
        return ConnectTimeout("the vendor did not accept a connection in time")
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return TlsFailed("the vendor did not prove who it is")
    return ConnectFailed("the vendor refused the connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
