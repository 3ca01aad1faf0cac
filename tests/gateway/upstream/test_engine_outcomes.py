"""Whether a request was sent is the question every repeat depends on: each engine answers it alike, in every case."""

import asyncio
import contextlib
import socket
import ssl
from typing import cast

import pytest

from gateway.errors import (
    AddressForbidden,
    ConnectFailed,
    ConnectTimeout,
    InvalidRequest,
    NameNotResolved,
    NotSent,
    OutcomeUnknown,
    TlsFailed,
    UpstreamReset,
)
from gateway.upstream import Outgoing, Resolver
from gateway.upstream.resolve import Addresses
from tests.faults import ports
from tests.faults.cases import CASES, MEBIBYTE
from tests.faults.certificates import Authority
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, post, run
from tests.gateway.upstream.conftest import Start


def test_a_refused_connection_is_not_sent(start: Start) -> None:
    async def main() -> None:
        async with start() as engine:
            with pytest.raises(ConnectFailed):
                await post(engine, f"http://{HOST}:{ports.refused()}/")
            with pytest.raises(ConnectFailed):
                await post(engine, f"https://{HOST}:{ports.refused()}/")

    run(main())


def test_a_name_that_does_not_resolve_is_not_sent(start: Start) -> None:
    async def main() -> None:
        async with start() as engine:
            with pytest.raises(NameNotResolved):
                await post(engine, "http://nowhere.invalid/")

    run(main())


def test_a_connection_that_is_not_accepted_in_time_is_not_sent(start: Start) -> None:
    async def main() -> None:
        with ports.unanswered() as port:
            async with start() as engine:
                with pytest.raises(ConnectTimeout):
                    await post(engine, f"http://{HOST}:{port}/", connect_timeout=0.2)

    run(main())


def test_a_tls_handshake_that_hangs_is_a_connect_timeout(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as plain, start() as engine:
            with pytest.raises(ConnectTimeout):
                await post(engine, f"https://{HOST}:{plain.port}/", connect_timeout=0.2)
            assert plain.seen == []

    run(main())


@pytest.mark.parametrize("url", ["http://", "ftp://vendor.example/", "http://user@vendor.example/", "http://a..b/"])
def test_a_url_that_leads_nowhere_is_not_sent(start: Start, url: str) -> None:
    async def main() -> None:
        async with start() as engine:
            with pytest.raises(NameNotResolved):
                await post(engine, url)

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


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/drop", "/reset"])
def test_a_connection_that_ends_without_an_answer_leaves_the_outcome_unknown(
    start: Start, path: str, method: str
) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await ask(engine, vendor.url(path, HOST), method=method)
            assert len(vendor.seen) == 1

    run(main())


def test_a_connection_that_ends_while_the_request_is_sent_leaves_the_outcome_unknown(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await post(engine, vendor.url("/drop-while-sending", HOST), bytes(20 * MEBIBYTE))
            assert len(vendor.seen) == 1

    run(main())


@pytest.mark.parametrize("path", ["/drop", "/reset"])
def test_a_request_on_a_used_connection_is_never_sent_twice(start: Start, path: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await post(engine, vendor.url("/accepted", HOST))
            with pytest.raises(UpstreamReset):
                await post(engine, vendor.url(path, HOST))
            assert (len(vendor.seen), vendor.connections) == (2, 1)

    run(main())


def test_a_connection_closed_while_idle_costs_no_request_and_repeats_none(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            for number in range(20):
                await post(engine, vendor.url("/closes-idle", HOST))
                with contextlib.suppress(UpstreamReset):
                    await post(engine, vendor.url("/accepted", HOST))
                seen = [exchange.target for exchange in vendor.seen]
                assert seen.count(b"/closes-idle") == number + 1
                assert seen.count(b"/accepted") <= number + 1

    run(main())


@pytest.mark.parametrize(
    ("name", "value"),
    [(b"x-a", b"1\r\nx-b: 2"), (b"x-a", b"1\x002"), (b"x a", b"1"), (b"", b"1"), (b"x-a\r\nx-b", b"1")],
)
def test_a_field_that_would_end_its_line_is_never_written(start: Start, name: bytes, value: bytes) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(InvalidRequest):
                await ask(engine, vendor.url("/echo", HOST), headers=((name, value),))
            assert all(exchange.field(b"x-b") == [] for exchange in vendor.seen)

    run(main())


def test_an_address_inside_is_refused_before_anything_is_sent(start: Start) -> None:
    async def inward(host: str) -> Addresses:
        return ("203.0.113.9", "127.0.0.1")

    async def main() -> None:
        async with Vendor(CASES) as vendor, start(Resolver(allow_private=False, lookup=inward)) as engine:
            for host in (HOST, "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
                with pytest.raises(AddressForbidden):
                    await post(engine, vendor.url("/accepted", host))
            assert vendor.connections == 0

    run(main())


def test_the_second_address_of_a_name_is_tried_when_the_first_refuses(start: Start) -> None:
    async def two(host: str) -> Addresses:
        return ("127.0.0.2", "127.0.0.1")

    async def main() -> None:
        async with Vendor(CASES) as vendor, start(Resolver(allow_private=True, lookup=two)) as engine:
            assert (await post(engine, vendor.url("/accepted", HOST))).status == 201
            assert len(vendor.seen) == 1

    run(main())


def test_a_new_address_is_used_and_answers_from_the_old_one_are_read_to_their_end(start: Start) -> None:
    answers = [("127.0.0.1",), ("127.0.0.2",)]
    now = [0.0]

    async def moving(host: str) -> Addresses:
        return answers.pop(0)

    async def main() -> None:
        resolver = Resolver(allow_private=True, lookup=moving, clock=lambda: now[0])
        async with Vendor(CASES) as vendor, start(resolver) as engine:
            old = await engine.open(Outgoing(method="GET", url=vendor.url("/events", HOST)))
            now[0] += 31
            with pytest.raises(NotSent):
                await ask(engine, vendor.url("/echo", HOST))
            assert await old.read(1000) == b"onetwothree"

    run(main())


def test_a_literal_ipv6_address_is_reached_where_there_is_one(start: Start) -> None:
    async def main() -> None:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
            port = listener.getsockname()[1]
            async with start() as engine:
                asking = asyncio.create_task(ask(engine, f"http://[::1]:{port}/"))
                listener.setblocking(False)
                accepted, _ = await asyncio.get_running_loop().sock_accept(listener)
                with accepted:
                    head = await asyncio.get_running_loop().sock_recv(accepted, 1000)
                    assert f"[::1]:{port}".encode() in head
                    await asyncio.get_running_loop().sock_sendall(accepted, b"HTTP/1.1 204 No\r\n\r\n")
                    assert (await asking).status == 204

    run(main())
