"""What is past its time is given out while it is fetched anew."""

import asyncio
import gc
from typing import Any

from gateway import Duration, Handler, Reply
from gateway_policies.cache_store import CacheStore
from tests.kit import call, clock, run
from tests.policies.cached import Vendor, World, asking, cached, down, kept, notes, told

STALE = b"answer 1", b"hit; ttl=-5"


def revalidating(vendor: Handler, **fields: Any) -> Handler:
    return cached(vendor, stale_while_revalidate=Duration(30), **fields)


def test_a_stale_answer_is_given_at_once_and_fetched_anew_once() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = revalidating(vendor)
        await kept(handler)
        then, asked = clock(), [call() for _ in range(10)]
        replies = [await handler(each) for each in asked]
        assert [told(each) for each in replies] == [STALE] * 10
        assert replies[0].header(b"age") == b"65"
        assert clock() == then
        assert notes(asked[1]) == ["cache.stale"]
        await asyncio.sleep(2)
        assert len(vendor.calls) == 2
        assert told(await handler(call())) == (b"answer 2", b"hit; ttl=59")
        assert notes(asked[0]) == ["cache.stale", "cache.stored"]

    run(main())


def test_who_leaves_does_not_end_a_fetch_in_the_background() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = revalidating(vendor)
        await kept(handler)
        await handler(call())
        insisting = asyncio.ensure_future(handler(asking(cache_control="no-cache")))
        await asyncio.sleep(0.5)
        insisting.cancel()
        await asyncio.sleep(1)
        assert (len(vendor.calls), vendor.cancelled) == (2, 0)
        assert told(await handler(call()))[0] == b"answer 2"

    run(main())


def test_past_the_window_everybody_waits_for_a_new_answer() -> None:
    async def main() -> None:
        handler = revalidating(Vendor())
        await kept(handler, 90)
        assert told(await handler(call())) == (b"answer 2", b"fwd=stale; stored; ttl=60")

    run(main())


def test_a_fetch_in_the_background_that_fails_is_noted_and_the_stale_answer_stays() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = revalidating(vendor)
        await kept(handler)
        vendor.down = down()
        first = call()
        assert told(await handler(first)) == STALE
        await asyncio.sleep(2)
        assert [(event.name, event.detail) for event in first.trail.events][1:] == [
            ("cache.refresh_failed", {"slug": "upstream-error"})
        ]
        vendor.down, vendor.reply = None, Reply(503)
        second = call()
        assert told(await handler(second)) == (b"answer 1", b"hit; ttl=-7")
        await asyncio.sleep(2)
        assert second.trail.events[-1].detail == {"status": 503}
        assert told(await handler(call())) == (b"answer 1", b"hit; ttl=-9")

    run(main())


def test_nobody_is_told_of_a_failure_that_nobody_waited_for() -> None:
    reported: list[dict[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))
        vendor = Vendor()
        handler = revalidating(vendor)
        await kept(handler)
        vendor.down = down()
        await handler(call())
        await asyncio.sleep(2)
        gc.collect()

    run(main())
    assert reported == []


def test_a_fetch_in_the_background_that_hangs_is_ended_by_the_next() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = revalidating(vendor)
        await kept(handler)
        vendor.seconds = 1000
        await handler(call(deadline=clock() + 5))
        await asyncio.sleep(5)
        vendor.seconds = 1
        assert told(await handler(call()))[0] == b"answer 1"
        await asyncio.sleep(2)
        assert (len(vendor.calls), vendor.cancelled) == (3, 1)
        assert told(await handler(call()))[0] == b"answer 3"

    run(main())


def test_closing_the_store_ends_what_is_fetched_in_the_background() -> None:
    async def main() -> None:
        world, vendor = World(), Vendor()
        handler = world.endpoint(vendor, stale_while_revalidate=Duration(30))
        store = world.kit.keep(("cache",), CacheStore)
        await kept(handler)
        await handler(call())
        await asyncio.sleep(0.5)
        assert len(store.flights) == 1
        store.stop()
        await asyncio.sleep(0.1)
        assert (vendor.cancelled, len(store.flights)) == (1, 0)

    run(main())
