"""What an engine writes on the wire: what it was given, character by character, and nothing of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.errors import InvalidRequest
from tests.faults.cases import CASES
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, eventually, post, run, settled
from tests.gateway.upstream.conftest import Start

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    "target",
    [
        "/a%2Fb/%7Euser/%41",
        "/a%2fb",
        "//twice//",
        "/path;v=1/x,y:z@(1)'*!$&+=",
        "/{id}|[0]^",
        "/?q=a%2Bb+c&z=%7e&w=1,2;3&empty=&'=?/",
        "/echo?",
        "/%E2%82%AC",
    ],
)
def test_the_target_reaches_the_vendor_character_by_character(start: Start, target: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await ask(engine, vendor.url(target, HOST))
            assert vendor.seen[0].target.decode() == target

    run(main())


def test_only_the_given_fields_are_sent_and_host(start: Start) -> None:
    given = ((b"user-agent", b"integration-gateway"), (b"prefer", b"a"), (b"x-empty", b""), (b"prefer", b"b"))

    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await ask(engine, vendor.url("/echo", HOST), headers=given)
            sent = [(name.lower(), value) for name, value in vendor.seen[0].fields]
            assert sorted(sent) == sorted([*given, (b"host", f"{HOST}:{vendor.port}".encode())])
            assert vendor.seen[0].field(b"prefer") == [b"a", b"b"]

    run(main())


def test_a_request_without_fields_has_none_but_host(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await ask(engine, vendor.url("/echo", HOST))
            assert [name.lower() for name, _ in vendor.seen[0].fields] == [b"host"]

    run(main())


def test_a_text_field_crosses_in_utf_8(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await ask(engine, vendor.url("/echo", HOST), headers=((b"x-name", "Zoë".encode()),))
            assert vendor.seen[0].field(b"x-name") == ["Zoë".encode()]

    run(main())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_empty_body_is_announced_as_empty(start: Start, method: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await ask(engine, vendor.url("/echo", HOST), method=method)
            assert vendor.seen[0].field(b"content-length") == [b"0"]

    run(main())


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_is_sent_as_it_is(start: Start, method: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await ask(engine, vendor.url("/echo", HOST), method=method)
            assert vendor.seen[0].method == method.encode()

    run(main())


def test_a_whole_body_is_sent_with_its_length(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            body = bytes(range(256)) * 5000
            answer = await post(engine, vendor.url("/accepted", HOST), body, limit=2_000_000)
            assert (answer.status, answer.body) == (201, body)
            assert vendor.seen[0].field(b"content-length") == [b"%d" % len(body)]

    run(main())


def test_a_streamed_body_is_sent_in_chunks_and_an_empty_chunk_does_not_end_it(start: Start) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"one", b"", b"two"):
            yield piece

    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await post(engine, vendor.url("/accepted", HOST), pieces())
            assert answer.body == b"onetwo"
            assert vendor.seen[0].field(b"transfer-encoding") == [b"chunked"]

    run(main())


def test_a_vendor_that_reads_slowly_holds_up_the_source_of_a_streamed_body(start: Start) -> None:
    taken = 0

    async def source() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(64):
            taken += MEBIBYTE
            yield bytes(MEBIBYTE)

    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            asking = asyncio.create_task(post(engine, vendor.url("/reluctant", HOST), source()))
            await vendor.saw()
            assert await settled(lambda: taken) < 32 * MEBIBYTE
            vendor.gate.set()
            assert (await asking).body == b"%d" % (64 * MEBIBYTE)

    run(main())


def test_what_the_source_of_a_streamed_body_raises_is_raised_as_it_is(start: Start) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"some"
        raise InvalidRequest("the caller lied")

    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(InvalidRequest, match="the caller lied"):
                await post(engine, vendor.url("/accepted", HOST), source())
            assert await eventually(lambda: vendor.open == 0)
            assert all(exchange.body == b"" for exchange in vendor.seen), "half a body was taken for a whole one"

    run(main())


def test_a_connection_is_used_again(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            for path in ("/echo", "/accepted", "/nothing", "/redirect", "/events", "/compressed"):
                await post(engine, vendor.url(path, HOST))
            assert (len(vendor.seen), vendor.connections) == (6, 1)

    run(main())


def test_a_name_is_the_same_in_upper_case_and_with_a_last_dot(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            for host in ("VENDOR.example", "vendor.example."):
                assert (await ask(engine, vendor.url("/echo", host))).status == 200
            assert {exchange.field(b"host")[0] for exchange in vendor.seen} == {f"{HOST}:{vendor.port}".encode()}

    run(main())
