"""Many callers, one fetch: who waits for it, who leaves, and what its failure is for each."""

import asyncio
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Caller, Reply
from gateway.errors import GatewayError, ShuttingDown, UpstreamReset
from gateway_policies.cache_store import CacheStore
from tests.kit import call, clock, run
from tests.policies.cached import Vendor, World, asking, cached, down, notes, told


def test_a_hundred_callers_are_one_fetch_even_where_the_first_is_cancelled() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = cached(vendor)
        calls = [call() for _ in range(100)]
        asked = [asyncio.ensure_future(handler(each)) for each in calls]
        await asyncio.sleep(0.5)
        asked[0].cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(found[0], asyncio.CancelledError)
        replies = [told(each) for each in found[1:] if isinstance(each, Reply)]
        assert replies == [(b"answer 1", b"fwd=uri-miss; collapsed")] * 99
        assert clock() == 1001
        assert len(vendor.calls) == 1
        assert notes(calls[0]) == ["cache.miss", "cache.stored"]
        assert notes(calls[1]) == ["cache.coalesced"]
        assert told(await handler(call())) == (b"answer 1", b"hit; ttl=60")

    run(main())


def test_the_fetch_ends_when_its_last_waiter_leaves() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = cached(vendor)
        asked = [asyncio.ensure_future(handler(call())) for _ in range(3)]
        await asyncio.sleep(0.5)
        for each in asked:
            assert vendor.cancelled == 0
            each.cancel()
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert vendor.cancelled == 1
        assert told(await handler(call()))[0] == b"answer 2"

    run(main())


def test_who_comes_in_the_moment_a_fetch_is_given_up_gets_one_of_his_own() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = cached(vendor)
        leaving = asyncio.ensure_future(handler(call()))
        await asyncio.sleep(0.5)
        leaving.cancel()
        await asyncio.sleep(0)
        assert vendor.cancelled == 0
        assert told(await handler(call()))[0] == b"answer 2"

    run(main())


def test_each_waiter_keeps_his_own_deadline() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=10)
        handler = cached(vendor)

        async def within(seconds: float) -> float | bytes:
            try:
                async with asyncio.timeout(seconds):
                    return told(await handler(call()))[0]
            except TimeoutError:
                return clock() - 1000

        assert list(await asyncio.gather(within(1), within(3), within(11))) == [1, 3, b"answer 1"]
        assert len(vendor.calls) == 1

    run(main())


def test_nobody_joins_a_fetch_that_outlived_its_own_callers_deadline() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=10)
        handler = cached(vendor)
        first = asyncio.ensure_future(handler(call(deadline=1005.0)))
        await asyncio.sleep(4.9)
        second = asyncio.ensure_future(handler(call(deadline=1020.0)))
        await asyncio.sleep(0.1)
        third = asyncio.ensure_future(handler(call(deadline=1020.0)))
        assert [told(each)[0] for each in await asyncio.gather(first, second, third)] == [
            b"answer 1",
            b"answer 1",
            b"answer 2",
        ]

    run(main())


def test_a_failure_is_each_waiters_own() -> None:
    async def failing() -> list[UpstreamReset]:
        vendor = Vendor()
        vendor.down = UpstreamReset("the vendor hung up", retry_after=7, headers=((b"a", b"b"),))
        handler = cached(vendor)
        asked = [asyncio.ensure_future(handler(call())) for _ in range(50)]
        errors = await asyncio.gather(*asked, return_exceptions=True)
        assert len(vendor.calls) == 1
        return [each for each in errors if isinstance(each, UpstreamReset)]

    errors = run(failing())
    assert len({id(each) for each in errors}) == 50
    assert {(each.detail, each.retry_after, each.headers) for each in errors} == {
        ("the vendor hung up", 7, ((b"a", b"b"),))
    }
    assert {id(each.__cause__) for each in errors} == {id(errors[0].__cause__)}
    lengths = {len(traceback.extract_tb(each.__traceback__)) for each in errors}
    assert len(lengths) == 1
    errors[0].headers += ((b"c", b"d"),)
    assert errors[1].headers == ((b"a", b"b"),)


def test_a_failure_that_is_not_the_gateways_own_reaches_all_waiters_too() -> None:
    async def explosive(call: Call) -> Reply:
        await asyncio.sleep(1)
        raise KeyError("boom")

    async def main() -> None:
        handler = cached(explosive)
        found = await asyncio.gather(handler(call()), handler(call()), return_exceptions=True)
        assert [repr(each) for each in found] == ["KeyError('boom')"] * 2

    run(main())


def test_a_failure_is_not_kept() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = cached(vendor)
        vendor.down = down()
        with pytest.raises(UpstreamReset):
            await handler(call())
        vendor.down = None
        assert told(await handler(call())) == (b"answer 2", b"fwd=uri-miss; stored; ttl=60")

    run(main())


def test_users_do_not_wait_for_each_others_fetches() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = World().endpoint(vendor, {"user_bound": True})
        ann, bob = (call(caller=Caller("web", user=user)) for user in ("ann", "bob"))
        found = await asyncio.gather(handler(ann), handler(bob), handler(ann))
        assert [each.body for each in found] == [b"answer 1", b"answer 2", b"answer 1"]
        assert [each.caller.user for each in vendor.calls] == ["ann", "bob"]

    run(main())


def test_two_who_insist_at_the_same_time_are_one_fetch() -> None:
    async def main() -> None:
        handler = cached(Vendor())
        await handler(call())
        asked = [handler(asking(cache_control="no-cache")) for _ in range(2)]
        assert [told(each) for each in await asyncio.gather(*asked)] == [
            (b"answer 2", b"fwd=request; stored; ttl=60"),
            (b"answer 2", b"fwd=request; collapsed"),
        ]

    run(main())


def test_closing_the_store_ends_its_fetches_and_tells_who_waits() -> None:
    async def main() -> None:
        world, vendor = World(), Vendor()
        asked = asyncio.ensure_future(world.endpoint(vendor)(call()))
        await asyncio.sleep(0.5)
        world.kit.keep(("cache",), CacheStore).stop()
        with pytest.raises(ShuttingDown):
            await asked
        assert vendor.cancelled == 1

    run(main())


steps = st.lists(
    st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from(["ask", "leave", "write", "fail", "mend"])), max_size=25
)


@given(steps)
def test_whatever_happens_nothing_is_left_under_way_and_nobody_gets_what_was_older_than_a_write(
    steps: list[tuple[float, str]],
) -> None:
    async def main() -> None:
        world, vendor = World(), Vendor(seconds=0.7)
        handler, write = world.endpoint(vendor, tags=("a",)), world.write(_accepted, "a")
        asked: list[tuple[int, asyncio.Task[Reply]]] = []
        written = 0
        for wait, step in steps:
            await asyncio.sleep(wait)
            if step == "ask":
                asked.append((written, asyncio.get_running_loop().create_task(_asked(handler(call())))))
            elif step == "leave" and asked:
                asked[-1][1].cancel()
            elif step == "write":
                await write(call(method="POST"))
                written = len(vendor.calls)
            else:
                vendor.down = down() if step == "fail" else None
        found = await asyncio.gather(*(task for _, task in asked), return_exceptions=True)
        for (older, _), each in zip(asked, found, strict=True):
            assert isinstance(each, Reply | GatewayError | asyncio.CancelledError)
            if isinstance(each, Reply) and isinstance(each.body, bytes):
                assert int(each.body.removeprefix(b"answer ")) > older
        await asyncio.sleep(0)
        assert len(world.kit.keep(("cache",), CacheStore).flights) == 0

    run(main())


async def _accepted(call: Call) -> Reply:
    return Reply(201)


async def _asked(reply: object) -> Reply:
    answer = await reply  # type: ignore[misc]
    assert isinstance(answer, Reply)
    return answer
