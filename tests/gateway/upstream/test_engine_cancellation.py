"""A caller who leaves takes the vendor's call with him, at any moment, and leaves nothing behind."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator

import pytest

from gateway.upstream import Engine, Outgoing
from tests.faults import ports
from tests.faults.cases import CASES
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, eventually, post, run
from tests.gateway.upstream.conftest import Start

PROMISE = 5 * 0.5
"""R1: half a second, and five times that as a guard."""


async def hang_up(asking: "asyncio.Task[object]") -> None:
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/silent", "/slow-head", "/drip", "/started", "/interim-flood", "/flood"])
def test_whoever_leaves_ends_the_vendors_call(start: Start, path: str, method: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            asking = asyncio.create_task(ask(engine, vendor.url(path, HOST), method=method, limit=10**9))
            exchange = await vendor.saw()
            await asyncio.sleep(0.05)
            if path != "/flood":
                await hang_up(asking)
            else:
                asking.cancel()
                await asyncio.wait([asking])
            async with asyncio.timeout(PROMISE):
                await exchange.left.wait()
            assert (await ask(engine, vendor.url("/echo", HOST))).status == 200

    run(main())


def test_whoever_leaves_while_his_body_is_sent_ends_the_vendors_call(start: Start) -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"x" * 1000
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            source = endless()
            asking = asyncio.create_task(post(engine, vendor.url("/accepted", HOST), source))
            exchange = await vendor.saw()
            await hang_up(asking)
            await source.aclose()  # at once: nobody reads it any more
            assert closed.is_set()
            async with asyncio.timeout(PROMISE):
                await exchange.left.wait()
            assert exchange.body == b""
            assert await eventually(lambda: vendor.open == 0)

    run(main())


def test_whoever_leaves_while_connecting_leaves_no_trace(start: Start) -> None:
    async def main() -> None:
        with ports.unanswered() as port:
            async with Vendor(CASES) as vendor, start() as engine:
                asking = asyncio.create_task(ask(engine, f"http://{HOST}:{port}/", connect_timeout=60.0))
                await asyncio.sleep(0.05)
                async with asyncio.timeout(PROMISE):
                    await hang_up(asking)
                assert (await ask(engine, vendor.url("/echo", HOST))).status == 200

    run(main())


def test_a_stream_that_is_abandoned_ends_the_vendors_call(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            unread = await engine.open(Outgoing(method="GET", url=vendor.url("/started", HOST)))
            await unread.close()
            half = await engine.open(Outgoing(method="GET", url=vendor.url("/drip", HOST)))
            chunks = half.chunks()
            await anext(chunks)
            await chunks.aclose()
            await half.close()
            assert await eventually(lambda: vendor.open == 0, PROMISE)

    run(main())


def test_a_stream_whose_reader_is_cancelled_ends_the_vendors_call(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            incoming = await engine.open(Outgoing(method="GET", url=vendor.url("/started", HOST)))
            chunks = incoming.chunks()
            await anext(chunks)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await anext(chunks)
            assert await eventually(lambda: vendor.open == 0, PROMISE)

    run(main())


def test_two_hundred_who_leave_hold_up_nobody(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            asking = [asyncio.create_task(ask(engine, vendor.url("/silent", HOST))) for _ in range(200)]
            await vendor.saw(200)
            for task in asking:
                task.cancel()
            await asyncio.wait(asking)
            assert await eventually(lambda: vendor.open == 0)
            assert (await ask(engine, vendor.url("/echo", HOST))).status == 200

    run(main())


def test_after_churn_with_half_the_calls_cancelled_thirty_of_thirty_are_answered(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            async with asyncio.timeout(10):
                await churn(engine, vendor, seconds=3.0)
            answers = await asyncio.gather(*[post(engine, vendor.url("/accepted", HOST), b"x") for _ in range(30)])
            assert [answer.body for answer in answers] == [b"x"] * 30
            assert await eventually(lambda: vendor.open <= 60)

    run(main())


async def churn(engine: Engine, vendor: Vendor, *, seconds: float) -> None:
    """Thirty callers who ask all the time; every second call is given up, at a random moment."""
    chance = random.Random(7)
    until = asyncio.get_running_loop().time() + seconds

    async def caller(number: int) -> None:
        while asyncio.get_running_loop().time() < until:
            path = chance.choice(["/echo", "/events", "/accepted", "/compressed"])
            body = b"%d" % number * 100
            patience = chance.uniform(0.0, 0.01) if chance.random() < 0.5 else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    answer = await post(engine, vendor.url(path, HOST), body)
                    assert path != "/accepted" or answer.body == body, "an answer went to the wrong caller"

    await asyncio.gather(*[caller(number) for number in range(30)])
