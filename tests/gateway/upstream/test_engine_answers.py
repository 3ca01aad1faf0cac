"""What an engine makes of a decent answer: the vendor's own bytes, and no opinion of its own."""

import pytest

from gateway.errors import ResponseTooLarge
from gateway.upstream import Outgoing
from tests.faults.cases import CASES, GZIPPED, MEBIBYTE
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, eventually, post, run, settled
from tests.gateway.upstream.conftest import Start


def test_gzip_is_kept_as_it_is(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await ask(engine, vendor.url("/compressed", HOST), headers=((b"accept-encoding", b"gzip"),))
            assert answer.body == GZIPPED
            assert answer.values(b"content-encoding") == [b"gzip"]
            assert answer.values(b"content-length") == [b"%d" % len(GZIPPED)]

    run(main())


def test_repeated_and_odd_fields_keep_their_values_under_lower_case_names(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await ask(engine, vendor.url("/fields", HOST))
            assert answer.values(b"x-odd-case") == [b"1"]
            assert answer.values(b"via") == [b"a", b"b"]
            assert answer.values(b"x-other") == [b"\xe9\xff"]
            assert answer.values(b"x-empty") == [b""]

    run(main())


def test_cookies_are_handed_on_and_never_kept(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await ask(engine, vendor.url("/cookies", HOST))
            await ask(engine, vendor.url("/echo", HOST))
            assert answer.values(b"set-cookie") == [b"sid=ann; Path=/", b"theme=dark"]
            assert vendor.seen[1].field(b"cookie") == []

    run(main())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_answers_and_are_not_followed(start: Start, method: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await ask(engine, vendor.url("/redirect", HOST), method=method)
            assert (answer.status, answer.values(b"location")) == (302, [b"/elsewhere"])
            assert len(vendor.seen) == 1

    run(main())


def test_an_answer_without_a_body_has_an_empty_one(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            assert (await post(engine, vendor.url("/nothing", HOST))).body == b""

    run(main())


def test_the_length_that_head_announces_is_kept_and_is_not_too_large(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await ask(engine, vendor.url("/echo", HOST), method="HEAD", limit=1)
            assert answer.body == b""
            assert int(answer.values(b"content-length")[0]) > 1

    run(main())


def test_an_interim_answer_is_not_the_answer(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            assert (await ask(engine, vendor.url("/interim", HOST))).status == 200

    run(main())


def test_a_body_may_end_with_its_connection(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            assert (await ask(engine, vendor.url("/until-close", HOST))).body == b"until the end"

    run(main())


def test_an_answer_before_the_whole_request_was_taken_is_an_answer(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await post(engine, vendor.url("/early-answer", HOST), bytes(20 * MEBIBYTE))
            assert (answer.status, answer.body) == (413, b"big")

    run(main())


def test_chunks_come_while_the_vendor_still_sends(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            incoming = await engine.open(Outgoing(method="GET", url=vendor.url("/started", HOST)))
            chunks = incoming.chunks()
            assert await anext(chunks) == b"first"
            await chunks.aclose()

    run(main())


def test_a_streamed_answer_is_complete(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            incoming = await engine.open(Outgoing(method="GET", url=vendor.url("/flood", HOST)))
            size = 0
            async for chunk in incoming.chunks():
                size += len(chunk)
            assert size == 64 * MEBIBYTE

    run(main())


def test_a_reader_that_is_slow_holds_up_the_vendor(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            incoming = await engine.open(Outgoing(method="GET", url=vendor.url("/flood", HOST)))
            chunks = incoming.chunks()
            await anext(chunks)
            assert await settled(lambda: vendor.written) < 32 * MEBIBYTE
            await chunks.aclose()
            await incoming.close()
            assert await eventually(lambda: vendor.open == 0)

    run(main())


@pytest.mark.parametrize("path", ["/huge", "/flood"])
def test_a_body_beyond_the_limit_is_refused_and_its_connection_closed(start: Start, path: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(ResponseTooLarge):
                await ask(engine, vendor.url(path, HOST), limit=MEBIBYTE)
            assert await eventually(lambda: vendor.open == 0)
            assert vendor.written < 32 * MEBIBYTE

    run(main())


def test_a_body_of_exactly_the_limit_is_read(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            answer = await post(engine, vendor.url("/accepted", HOST), b"x" * 1000, limit=1000)
            assert len(answer.body) == 1000

    run(main())
