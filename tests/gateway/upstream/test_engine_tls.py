"""A vendor proves who it is before a byte of a request is sent."""

import asyncio
import ssl
from typing import cast

import pytest

from gateway.errors import (
    ConnectTimeout,
    OutcomeUnknown,
    TlsFailed,
)
from tests.faults.cases import CASES
from tests.faults.certificates import Authority
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, post, run
from tests.gateway.upstream.conftest import Start


def test_a_tls_handshake_that_hangs_is_a_connect_timeout(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as plain, start() as engine:
            with pytest.raises(ConnectTimeout):
                await post(engine, f"https://{HOST}:{plain.port}/", connect_timeout=0.2)
            assert plain.seen == []

    run(main())


def test_a_certificate_of_the_trusted_authority_is_accepted(start: Start, authority: Authority) -> None:
    async def main() -> None:
        tls = authority.server_context(HOST)
        async with Vendor(CASES, tls=tls) as vendor, start(authority=authority.file) as engine:
            for _ in range(2):
                assert (await post(engine, vendor.url("/accepted", HOST), b"x")).body == b"x"
            assert vendor.connections == 1

    run(main())


def test_a_certificate_of_nobody_known_is_not_sent(start: Start, authority: Authority) -> None:
    async def main() -> None:
        stranger = authority.server_context(HOST, self_signed=True)
        async with Vendor(CASES, tls=stranger) as vendor, start(authority=authority.file) as engine:
            with pytest.raises(TlsFailed):
                await post(engine, vendor.url("/accepted", HOST))
            assert vendor.seen == []

    run(main())


def test_a_private_authority_is_not_trusted_unless_it_is_named(start: Start, authority: Authority) -> None:
    async def main() -> None:
        async with Vendor(CASES, tls=authority.server_context(HOST)) as vendor, start() as engine:
            with pytest.raises(TlsFailed):
                await post(engine, vendor.url("/accepted", HOST))

    run(main())


def test_a_certificate_for_another_host_is_not_sent(start: Start, authority: Authority) -> None:
    async def main() -> None:
        other = authority.server_context("other.example")
        async with Vendor(CASES, tls=other) as vendor, start(authority=authority.file) as engine:
            with pytest.raises(TlsFailed):
                await post(engine, vendor.url("/accepted", HOST))
            assert vendor.seen == []

    run(main())


def test_two_names_at_one_address_never_share_a_connection(start: Start, authority: Authority) -> None:
    async def main() -> None:
        both = authority.server_context(HOST, "other.example")
        async with Vendor(CASES, tls=both) as vendor, start(authority=authority.file) as engine:
            await ask(engine, vendor.url("/echo", HOST))
            await ask(engine, vendor.url("/echo", "other.example"))
            assert vendor.connections == 2

    run(main())


def test_a_handshake_answered_with_something_else_is_not_sent(start: Start) -> None:
    class Plain(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport = cast("asyncio.Transport", transport)

        def data_received(self, data: bytes) -> None:
            self._transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            self._transport.close()

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Plain, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with start() as engine:
            with pytest.raises(TlsFailed):
                await post(engine, f"https://{HOST}:{port}/")
        server.close()

    run(main())


def test_a_vendor_that_ends_tls_after_the_handshake_leaves_the_outcome_unknown(
    start: Start, authority: Authority
) -> None:
    async def main() -> None:
        tls = authority.server_context(HOST)
        tls.verify_mode = ssl.CERT_REQUIRED  # TLS 1.3: the client learns of it after it has sent its request
        tls.load_verify_locations(authority.file)
        async with Vendor(CASES, tls=tls) as vendor, start(authority=authority.file) as engine:
            with pytest.raises(OutcomeUnknown):
                await post(engine, vendor.url("/accepted", HOST))

    run(main())
