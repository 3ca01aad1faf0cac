"""How many calls are under way at once, who waits, and that no place is ever lost."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Call, Caller, Handler, Kit, Reply
from gateway.errors import ReducedCapacity, UpstreamReset
from gateway_policies import bulkhead
from gateway_policies.bulkhead import Bulkhead
from gateway_policies.streams import close
from tests.kit import call, clock, kit, pipeline, run, site


class Vendor:
    """Takes a second, or what the call's path says; knows how many calls are under way, and how many ever were."""

    def __init__(self) -> None:
        self.under_way = 0
        self.most = 0
        self.order: list[str] = []

    async def __call__(self, call: Call) -> Reply:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.order.append(call.correlation_id)
        try:
            await asyncio.sleep(float(call.path.get("seconds", 1)))
            if call.path.get("fate") == "fail":
                raise UpstreamReset
        finally:
            self.under_way -= 1
        return Reply(200)


def bounded(vendor: Handler, using: Kit | None = None, scope: str = "crm", **fields: Any) -> Handler:
    return pipeline(bulkhead.policy, Bulkhead(**{"concurrent": 2, **fields}), vendor, at=site(scope), using=using)


async def together(handler: Handler, times: int, **fields: Any) -> list[object]:
    return list(await asyncio.gather(*(handler(call(**fields)) for _ in range(times)), return_exceptions=True))


def test_no_more_calls_than_declared_are_under_way() -> None:
    vendor = Vendor()
    found = run(together(bounded(vendor, queue=8), 10))
    assert found == [Reply(200)] * 10
    assert vendor.most == 2


def test_a_call_that_finds_the_queue_full_is_refused_at_once() -> None:
    async def main() -> None:
        handler = bounded(Vendor(), queue=1)
        under_way = [asyncio.ensure_future(handler(call())) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ReducedCapacity) as caught:
            await handler(call())
        assert clock() == 1000.0
        assert caught.value.retry_after == 1
        assert await asyncio.gather(*under_way) == [Reply(200)] * 3

    run(main())


def test_without_a_queue_nobody_waits() -> None:
    found = run(together(bounded(Vendor()), 5))
    assert [type(each) for each in found] == [Reply] * 2 + [ReducedCapacity] * 3


def test_places_are_given_in_the_order_of_arrival() -> None:
    vendor = Vendor()

    async def main() -> None:
        handler = bounded(vendor, concurrent=1, queue=9)
        await asyncio.gather(*(handler(call(correlation_id=f"c-{number}")) for number in range(10)))

    run(main())
    assert vendor.order == [f"c-{number}" for number in range(10)]


def test_a_call_that_arrives_while_a_place_changes_hands_does_not_overtake() -> None:
    vendor = Vendor()

    async def main() -> None:
        handler = bounded(vendor, concurrent=1, queue=9)
        first = asyncio.ensure_future(handler(call(correlation_id="first")))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(handler(call(correlation_id="waiting")))
        first.add_done_callback(lambda _: late.append(asyncio.ensure_future(handler(call(correlation_id="late")))))
        late: list[asyncio.Future[Reply]] = []
        await waiting
        await late[0]

    run(main())
    assert vendor.order == ["first", "waiting", "late"]


def test_a_call_waits_no_longer_than_its_deadline_and_is_told_what_for() -> None:
    async def main() -> None:
        handler = bounded(Vendor(), concurrent=1, queue=1)
        slow = asyncio.ensure_future(handler(call(path={"seconds": "60"})))
        await asyncio.sleep(0)
        with pytest.raises(ReducedCapacity):
            await handler(call(deadline=clock() + 5))
        assert clock() == pytest.approx(1005, abs=0.02)
        await slow
        assert await handler(call()) == Reply(200)

    run(main())


def test_a_failure_gives_the_place_back() -> None:
    async def main() -> None:
        handler = bounded(Vendor())
        for _ in range(10):
            with pytest.raises(UpstreamReset):
                await handler(call(path={"fate": "fail"}))
        assert await handler(call()) == Reply(200)

    run(main())


def test_two_hundred_hang_ups_leave_no_place_behind() -> None:
    vendor = Vendor()

    async def main() -> None:
        handler = bounded(vendor, queue=198)
        tasks = [asyncio.ensure_future(handler(call(path={"seconds": "60"}))) for _ in range(200)]
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        began = clock()
        assert await together(handler, 2, path={"seconds": "0"}) == [Reply(200)] * 2
        assert clock() == began

    run(main())


def test_a_waiter_that_leaves_in_the_moment_when_he_gets_a_place_passes_it_on() -> None:
    async def main() -> None:
        handler = bounded(Vendor(), concurrent=1, queue=2)
        first = asyncio.ensure_future(handler(call()))
        await asyncio.sleep(0)
        unlucky, next_one = (asyncio.ensure_future(handler(call())) for _ in range(2))
        first.add_done_callback(lambda _: unlucky.cancel())
        assert await next_one == Reply(200)
        assert unlucky.cancelled()

    run(main())


class Chunks:
    def __init__(self, error: Exception | None = None) -> None:
        self.left = 3
        self.closed = False
        self.error = error

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self.left:
            raise self.error or StopAsyncIteration
        self.left -= 1
        return b"chunk"

    async def aclose(self) -> None:
        self.closed = True


def streaming(chunks: Chunks) -> Handler:
    async def send(call: Call) -> Reply:
        return Reply(200, body=chunks)

    return bounded(send, concurrent=1)


async def is_free(handler: Handler) -> bool:
    try:
        await close((await handler(call())).body)
    except ReducedCapacity:
        return False
    return True


def test_a_stream_holds_its_place_until_its_end() -> None:
    async def main() -> None:
        handler = streaming(Chunks())
        reply = await handler(call())
        assert not isinstance(reply.body, bytes)
        async for _ in reply.body:
            assert not await is_free(handler)
        assert await is_free(handler)

    run(main())


def test_a_stream_that_breaks_gives_its_place_back() -> None:
    async def main() -> None:
        handler = streaming(Chunks(UpstreamReset()))
        reply = await handler(call())
        with pytest.raises(UpstreamReset):
            assert [chunk async for chunk in reply.body] == []  # type: ignore[union-attr]
        assert await is_free(handler)

    run(main())


def test_a_stream_that_is_closed_unread_gives_its_place_back_once() -> None:
    async def main() -> None:
        chunks = Chunks()
        handler = streaming(chunks)
        reply = await handler(call())
        await close(reply.body)
        await close(reply.body)
        assert chunks.closed
        held = await handler(call())
        assert not await is_free(handler)
        await close(held.body)

    run(main())


def test_a_stream_that_everybody_forgot_gives_its_place_back() -> None:
    async def main() -> None:
        handler = streaming(Chunks())
        await handler(call())
        gc.collect()
        assert await is_free(handler)

    run(main())


def test_endpoints_of_one_scope_share_the_places() -> None:
    vendor, shared = Vendor(), kit()

    async def main() -> list[object]:
        handlers = [bounded(vendor, shared) for _ in range(4)]
        return [*await asyncio.gather(*(handler(call()) for handler in handlers), return_exceptions=True)]

    assert [type(each) for each in run(main())] == [Reply, Reply, ReducedCapacity, ReducedCapacity]


def test_each_connection_may_have_places_of_its_own() -> None:
    async def main() -> None:
        handler = bounded(Vendor(), concurrent=1, by="connection")
        asked = [call(caller=Caller("app", user=user)) for user in ("ann", "bob", "ann")]
        found = await asyncio.gather(*(handler(each) for each in asked), return_exceptions=True)
        assert [type(each) for each in found] == [Reply, Reply, ReducedCapacity]

    run(main())


def test_the_trail_tells_who_waited_and_who_was_refused() -> None:
    async def main() -> None:
        handler = bounded(Vendor(), concurrent=1, queue=1)
        asked = [call() for _ in range(3)]
        await asyncio.gather(*(handler(each) for each in asked), return_exceptions=True)
        assert asked[0].trail.events == []
        assert [(event.name, event.detail["seconds"]) for event in asked[1].trail.events] == [("bulkhead.waited", 1)]
        assert [event.name for event in asked[2].trail.events] == ["bulkhead.refused"]

    run(main())


@settings(deadline=None)
@given(
    concurrent=st.integers(1, 4),
    queue=st.integers(0, 5),
    calls=st.lists(
        st.tuples(
            st.integers(0, 10),
            st.integers(0, 5),
            st.one_of(st.none(), st.integers(0, 5)),
            st.one_of(st.none(), st.integers(0, 5)),
            st.sampled_from(["fine", "fail"]),
        ),
        max_size=40,
    ),
)
def test_whatever_happens_the_bound_holds_and_all_places_come_back(
    concurrent: int, queue: int, calls: list[tuple[int, int, int | None, int | None, str]]
) -> None:
    vendor = Vendor()

    async def main() -> None:
        handler = bounded(vendor, concurrent=concurrent, queue=queue)

        async def one(start: int, seconds: int, leaves: int | None, limit: int | None, fate: str) -> None:
            await asyncio.sleep(start)
            deadline = float("inf") if limit is None else clock() + limit
            async with asyncio.timeout(leaves):
                await handler(call(path={"seconds": str(seconds), "fate": fate}, deadline=deadline))

        await asyncio.gather(*(one(*each) for each in calls), return_exceptions=True)
        assert vendor.most <= concurrent
        assert await together(handler, concurrent + queue) == [Reply(200)] * (concurrent + queue)
        assert vendor.most == concurrent

    run(main())
