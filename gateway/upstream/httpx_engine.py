"""The second engine: httpx, pure Python, slower, and everywhere at home.

It is used below its client, at its transport: no cookies, redirects, proxies, environment or default fields there.
Its pool loses places when requests are cancelled, so the pool is unlimited and the engine counts for itself.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import httpx

from gateway.contract import Headers
from gateway.errors import (
    ConnectFailed,
    ConnectTimeout,
    GatewayError,
    TlsFailed,
    UpstreamReset,
    UpstreamTimeout,
)
from gateway.upstream.engine import (
    IDLE_SECONDS,
    Clock,
    Origin,
    Origins,
    Outgoing,
    check_announced,
    check_framing,
    loop_clock,
    too_large,
)
from gateway.upstream.resolve import Addresses, Resolver

MOST_CONNECTIONS = 1000

_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout)


class HttpxIncoming:
    """An answer of httpx, and a place among the engine's connections until it is closed."""

    def __init__(self, method: str, response: httpx.Response, release: Callable[[], None]) -> None:
        self._method = method
        self._response = response
        self._release = release
        self._closed = False
        self.status: int = response.status_code
        self.headers: Headers = tuple([(name.lower(), value) for name, value in response.headers.raw])

    async def read(self, limit: int) -> bytes:
        pieces: list[bytes] = []
        left = limit
        try:
            check_announced(self._method, self.status, self.headers, limit)
            async with aclosing(self.chunks()) as chunks:
                async for piece in chunks:
                    left -= len(piece)
                    if left < 0:
                        raise too_large(limit)
                    pieces.append(piece)
        finally:
            await self.close()
        return b"".join(pieces)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in self._response.aiter_raw():
                yield piece
        except httpx.HTTPError as error:
            raise UpstreamReset("the vendor's answer broke off") from error
        finally:
            await self.close()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._response.aclose()
        finally:
            self._release()


class HttpxEngine:
    """One transport per origin: a connection to an address is never shared by two names that live there."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        authority: Path | None = None,
        clock: Clock = loop_clock,
        most: int = MOST_CONNECTIONS,
    ) -> None:
        """`authority` is a PEM file that is trusted beside the system's store; `most` bounds calls in flight."""
        self._trusted = ssl.create_default_context()
        if authority is not None:
            self._trusted.load_verify_locations(authority)
        self._resolver = resolver
        self._clock = clock
        self._places = asyncio.Semaphore(most)
        self._origins = Origins()
        self._transports: dict[str, httpx.AsyncHTTPTransport] = {}

    async def open(self, request: Outgoing) -> HttpxIncoming:
        origin, target = self._origins.split(request.url)
        addresses = await self._resolver.addresses(origin.host, request.connect_timeout)
        await self._places.acquire()
        try:
            response = await self._connect(request, origin, target, addresses)
        except BaseException:
            self._places.release()
            raise
        incoming = HttpxIncoming(request.method, response, self._places.release)
        try:
            check_framing(incoming.status, incoming.headers)
        except UpstreamReset:
            await incoming.close()
            raise
        return incoming

    async def close(self) -> None:
        transports = [*self._transports.values()]
        self._transports.clear()
        for transport in transports:
            await transport.aclose()

    async def _connect(self, request: Outgoing, origin: Origin, target: str, addresses: Addresses) -> httpx.Response:
        """The answer of the first address that accepts a connection; nothing is sent to the ones before it."""
        transport = self._transport(origin)
        until = self._clock() + request.connect_timeout
        for number, address in enumerate(addresses, start=1):
            patience = max(0.001, until - self._clock())
            try:
                return await transport.handle_async_request(_written(request, origin, target, address, patience))
            except _UNREACHED as error:
                if number == len(addresses) or self._clock() >= until:
                    raise _unreached(error, origin) from error
            except httpx.TimeoutException as error:
                raise UpstreamTimeout("the vendor did not answer in time") from error
            except httpx.HTTPError as error:
                raise UpstreamReset(
                    "the vendor ended the connection without an answer, or with none that is HTTP"
                ) from error
        raise AssertionError("a name has at least one address")

    def _transport(self, origin: Origin) -> httpx.AsyncHTTPTransport:
        transport = self._transports.get(origin.base)
        if transport is None:
            limits = httpx.Limits(max_connections=None, keepalive_expiry=IDLE_SECONDS)
            transport = httpx.AsyncHTTPTransport(verify=self._trusted, trust_env=False, limits=limits)
            self._transports[origin.base] = transport
        return transport


def _written(request: Outgoing, origin: Origin, target: str, address: str, patience: float) -> httpx.Request:
    """A request to the address in the name of the host: Host, SNI and certificate are the name's."""
    host = f"[{address}]" if ":" in address else address
    return httpx.Request(
        request.method,
        f"{'https' if origin.tls else 'http'}://{host}:{origin.port}/",
        headers=[(b"Host", origin.authority.encode()), *request.headers],
        content=request.body if isinstance(request.body, bytes) else _without_empty(request.body),
        extensions={
            "target": target.encode(),
            "sni_hostname": origin.host,
            "timeout": {"connect": patience, "read": None, "write": None, "pool": None},
        },
    )


async def _without_empty(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if chunk:
            yield chunk


def _unreached(error: Exception, origin: Origin) -> GatewayError:
    if isinstance(error, httpx.ConnectTimeout):
        return ConnectTimeout(f"`{origin.host}` did not accept a connection in time")
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return TlsFailed(f"`{origin.host}` did not prove who it is")
    return ConnectFailed(f"`{origin.host}` refused the connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
