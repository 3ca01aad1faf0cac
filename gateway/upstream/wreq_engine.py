"""The default engine: wreq, a client in Rust that cancels a vendor's call the moment its task is cancelled.

Its browser-imitating features stay unused. Its exceptions are told apart by type alone.
"""

import asyncio
import datetime
import ipaddress
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import wreq
from wreq import exceptions as raised

from gateway.contract import Headers
from gateway.errors import (
    ConnectFailed,
    ConnectTimeout,
    GatewayError,
    InvalidRequest,
    TlsFailed,
    UpstreamReset,
    UpstreamTimeout,
)
from gateway.upstream.engine import (
    IDLE_SECONDS,
    WITH_BODY,
    Clock,
    Origin,
    Origins,
    Outgoing,
    Upload,
    check_framing,
    too_large,
)
from gateway.upstream.known import Connections
from gateway.upstream.resolve import Addresses, Resolver

_METHODS = {
    "GET": wreq.Method.GET,
    "HEAD": wreq.Method.HEAD,
    "POST": wreq.Method.POST,
    "PUT": wreq.Method.PUT,
    "PATCH": wreq.Method.PATCH,
    "DELETE": wreq.Method.DELETE,
    "OPTIONS": wreq.Method.OPTIONS,
}
_BROKEN = (
    raised.BodyError,
    raised.ConnectionError,
    raised.ConnectionResetError,
    raised.DecodingError,
    raised.RedirectError,
    raised.RequestError,
    raised.StatusError,
    raised.TimeoutError,
    raised.TlsError,
    raised.UpgradeError,
)


class WreqIncoming:
    """An answer of wreq. Whole bodies of known length take its short cut, which saves a trip between two threads."""

    __slots__ = ("_response", "_streamer", "headers", "reused", "status")

    def __init__(self, response: wreq.Response, *, reused: bool) -> None:
        self.reused = reused
        self._response = response
        self._streamer: wreq.Streamer | None = None
        self.status: int = response.status.as_int()
        self.headers: Headers = tuple([(name.tobytes(), value.tobytes()) for name, value in response.headers])

    async def read(self, limit: int) -> bytes:
        length = self._response.content_length  # of what follows: 0 for HEAD and 304
        if length is None:
            return await self._gather(limit)
        if length > limit:
            await self.close()
            raise too_large(limit)
        try:
            return (await self._response.bytes()).tobytes()
        except _BROKEN as error:
            raise UpstreamReset("the vendor's answer broke off") from error

    async def _gather(self, limit: int) -> bytes:
        pieces: list[bytes] = []
        left = limit
        async with aclosing(self.chunks()) as chunks:
            async for piece in chunks:
                left -= len(piece)
                if left < 0:
                    raise too_large(limit)
                pieces.append(piece)
        return b"".join(pieces)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        self._streamer = self._response.stream()
        with self._streamer as streamer:
            try:
                async for piece in streamer:
                    if isinstance(piece, memoryview):  # else trailers, which end with this hop
                        yield piece.tobytes()
            except _BROKEN as error:
                raise UpstreamReset("the vendor's answer broke off") from error

    async def close(self) -> None:
        """At once, and the connection is not used again."""
        if self._streamer is not None:
            self._streamer.__exit__(None, None, None)
        await self._response.close()


class WreqEngine:
    """One Client per origin and connect timeout, with the checked addresses as its only way to them.

    A changed set of addresses makes a new Client; the old one ends with the last answer that holds it, and its idle
    connections with it. Client.close is never called: it would cancel what is in flight.
    """

    def __init__(self, resolver: Resolver, *, authority: Path | None = None, clock: Clock = time.monotonic) -> None:
        """`authority` is a PEM file that is trusted beside the system's store."""
        certificates = [] if authority is None else _certificates(authority)
        self._trusted = wreq.CertStore(pem_certs=certificates, default_paths=True)
        self._resolver = resolver
        self._clock = clock
        self._origins = Origins()
        self._connections = Connections()
        self._clients: dict[tuple[str, float], tuple[Addresses, wreq.Client]] = {}

    async def open(self, request: Outgoing) -> WreqIncoming:
        method, headers = _written(request)
        origin, target = self._origins.split(request.url)
        patience = request.connect_timeout
        addresses = await self._resolver.addresses(origin.host, patience)
        client = self._client(origin, patience, addresses)
        upload = None if isinstance(request.body, bytes) else Upload(request.body)
        body = (request.body or None) if upload is None else upload.chunks()
        started = self._clock()
        try:
            response = await client.request(method, origin.base + target, headers=headers, body=body)
        except asyncio.CancelledError:
            if upload is not None:
                await upload.stopped()
            raise
        except (raised.ConnectionError, raised.TlsError) as error:
            late = self._clock() - started >= patience
            raise await _unreached(origin, addresses, late=late, patience=patience) from error
        except raised.BuilderError as error:
            raise InvalidRequest("the request cannot be written as HTTP") from error
        except _BROKEN as error:
            raise _broken(error, upload) from error
        incoming = WreqIncoming(response, reused=self._connections.knows(origin.base, response))
        try:
            check_framing(incoming.status, incoming.headers)
        except UpstreamReset:
            await incoming.close()
            raise
        return incoming

    async def close(self) -> None:
        self._clients.clear()

    def _client(self, origin: Origin, patience: float, addresses: Addresses) -> wreq.Client:
        kept = self._clients.get((origin.base, patience))
        if kept is not None and kept[0] is addresses:
            return kept[1]
        client = self._make(origin, patience, addresses)
        self._clients[origin.base, patience] = (addresses, client)
        return client

    def _make(self, origin: Origin, patience: float, addresses: Addresses) -> wreq.Client:
        overrides = wreq.DnsOptions()
        overrides.add_resolve(origin.host, [ipaddress.ip_address(address) for address in addresses])
        return wreq.Client(
            dns_options=overrides,
            connect_timeout=datetime.timedelta(seconds=patience),
            pool_idle_timeout=datetime.timedelta(seconds=IDLE_SECONDS),
            tls_verify=self._trusted,
            http1_only=True,
            no_proxy=True,
            redirect=wreq.redirect.Policy.none(),
            cookie_store=False,
            referer=False,
            gzip=False,
            brotli=False,
            deflate=False,
            zstd=False,
        )


def _written(request: Outgoing) -> tuple[wreq.Method, wreq.HeaderMap]:
    """Method and fields in wreq's own types; it drops a field it cannot write without a word, so they are counted."""
    method = _METHODS.get(request.method)
    fields = wreq.HeaderMap()
    try:
        for name, value in request.headers:
            fields.append(name.decode(), value.decode())
    except UnicodeDecodeError as error:
        raise InvalidRequest("a header field is not text") from error
    if method is None or len(fields) != len(request.headers):
        raise InvalidRequest("the request cannot be written as HTTP")
    if request.body == b"" and request.method in WITH_BODY:
        fields.append("content-length", "0")
    return method, fields


def _broken(error: Exception, upload: Upload | None) -> Exception:
    if upload is not None and upload.failure is not None:
        return upload.failure
    if isinstance(error, raised.TimeoutError):
        return UpstreamTimeout("the vendor did not answer in time")
    return UpstreamReset("the vendor ended the connection without an answer, or with none that is HTTP")


async def _unreached(origin: Origin, addresses: Addresses, *, late: bool, patience: float) -> GatewayError:
    """Why there is no connection: the clock tells a time-out, and a bare TCP handshake that works tells TLS."""
    if late:
        return ConnectTimeout(f"the vendor did not accept a connection within {patience:g} seconds")
    if origin.tls and await _accepts(addresses, origin.port, patience):
        return TlsFailed("the vendor did not prove who it is")
    return ConnectFailed("the vendor refused the connection")


async def _accepts(addresses: Addresses, port: int, patience: float) -> bool:
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(addresses[0], port)
    except OSError:
        return False
    writer.transport.abort()
    return True


def _certificates(file: Path) -> list[str]:
    end = "-----END CERTIFICATE-----"
    return [part + end for part in file.read_text().split(end)[:-1]]
