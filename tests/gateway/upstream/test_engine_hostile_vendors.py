"""R13: whatever a vendor sends instead of HTTP, the caller gets one kind of failure, and memory and pool stay sound."""

import asyncio

import pytest

from gateway.errors import UpstreamReset
from tests.faults.cases import AMBIGUOUS, CASES, MALFORMED, MEBIBYTE
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, eventually, run
from tests.gateway.upstream.conftest import Start


@pytest.mark.parametrize("name", MALFORMED)
def test_an_answer_that_is_not_http_is_a_reset(start: Start, name: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await ask(engine, vendor.url(f"/{name}", HOST))
            assert len(vendor.seen) == 1
            assert await eventually(lambda: vendor.open == 0)

    run(main())


@pytest.mark.parametrize("name", ["bad-chunk", "half-chunk", "partial"])
def test_a_stream_that_breaks_off_says_so(start: Start, name: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await ask(engine, vendor.url(f"/{name}", HOST))

    run(main())


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_answer_with_two_ends_is_a_reset_or_ends_its_connection(start: Start, name: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            try:
                answer = await ask(engine, vendor.url(f"/{name}", HOST))
            except UpstreamReset:
                pass
            else:
                assert answer.body == b"ok"
            assert await eventually(lambda: vendor.open == 0)
            assert (await ask(engine, vendor.url("/echo", HOST))).body.startswith(b"GET /echo")

    run(main())


def test_an_answer_that_nobody_asked_for_reaches_nobody(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            for _ in range(10):
                assert (await ask(engine, vendor.url("/poisoned", HOST))).body == b"ok"
                try:
                    answer = await ask(engine, vendor.url("/echo", HOST))
                except UpstreamReset:
                    continue
                assert answer.body.startswith(b"GET /echo")

    run(main())


@pytest.mark.parametrize("path", ["/endless-head", "/endless-line"])
def test_a_head_without_end_is_a_reset_and_is_not_kept(start: Start, path: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await ask(engine, vendor.url(path, HOST))
            assert await eventually(lambda: vendor.open == 0)
            assert vendor.written < 32 * MEBIBYTE

    run(main())


def test_interim_answers_without_end_can_be_given_up(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await ask(engine, vendor.url("/interim-flood", HOST))
            assert await eventually(lambda: vendor.open == 0)

    run(main())
