"""An engine goes to the addresses that were checked, and to no other."""

import asyncio
import socket

import pytest

from gateway.errors import (
    AddressForbidden,
    NotSent,
)
from gateway.upstream import Outgoing, Resolver
from gateway.upstream.resolve import Addresses
from tests.faults.cases import CASES
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, post, run
from tests.gateway.upstream.conftest import Start


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
