"""A stale answer is given out only where vendor, operator or caller say that it may be."""

import asyncio

import msgspec
import pytest

from gateway import Duration, Handler, Reply
from gateway.errors import CircuitOpen, UpstreamReset
from tests.kit import clock, run
from tests.policies.cached import notes
from tests.policies.respected import Origin, asks, respecting, said
from tests.policies.test_cache_rfc import Slow

STALE = b"answer 1", "hit; ttl=-5"


async def five_seconds_late(vendor: Origin, **settings: Duration) -> Handler:
    """An endpoint whose answer has been stale for five seconds."""
    handler = respecting(vendor, **settings)
    await handler(asks())
    await asyncio.sleep(15)
    return handler


@pytest.mark.parametrize(
    ("cache_control", "window", "served"),
    [
        ("max-age=10, stale-while-revalidate=7", 0, True),
        ("max-age=10, stale-while-revalidate=6", 9, False),
        ("max-age=10", 7, True),
        ("max-age=10", 6, False),
        ("max-age=10, must-revalidate", 7, False),
        ("s-maxage=10", 7, False),
        ("max-age=10, no-cache", 7, False),
    ],
)
def test_nobody_waits_for_a_refresh_within_the_window(cache_control: str, window: int, served: bool) -> None:
    async def main() -> None:
        vendor = Slow(cache_control=cache_control)  # the second that it took counts as age
        handler = await five_seconds_late(vendor, stale_while_revalidate=Duration(window))
        asked = asks()
        began = clock()
        found = said(await handler(asked))
        assert (found[1].startswith("hit; ttl=-"), clock() == began) == (served, served)
        await asyncio.sleep(2)
        assert said(await handler(asks()))[0] == (b"answer 3" if "no-cache" in cache_control else b"answer 2")
        assert len(vendor.calls) == (3 if "no-cache" in cache_control else 2)

    run(main())


@pytest.mark.parametrize(
    ("cache_control", "window", "served"),
    [
        ("max-age=10, stale-if-error=6", 0, True),
        ("max-age=10, stale-if-error=5", 9, False),
        ("max-age=10", 6, True),
        ("max-age=10", 5, False),
        ("max-age=10, must-revalidate", 6, False),
        ("max-age=10, proxy-revalidate", 6, False),
        ("s-maxage=10", 6, False),
        ("max-age=10, no-cache", 6, False),
    ],
)
@pytest.mark.parametrize("failure", [UpstreamReset(), CircuitOpen(), Reply(503)])
def test_old_news_are_better_than_an_error_within_the_window(
    failure: Reply | UpstreamReset | CircuitOpen, cache_control: str, window: int, served: bool
) -> None:
    async def main() -> None:
        vendor = Origin(cache_control=cache_control)
        handler = await five_seconds_late(vendor, stale_if_error=Duration(window))
        if isinstance(failure, Reply):
            vendor.reply = failure
        else:
            vendor.down = failure
        if served:
            assert said(await handler(asks())) == STALE
        elif isinstance(failure, Reply):
            assert (await handler(asks())).status == 503
        else:
            with pytest.raises(type(failure)):
                await handler(asks())

    run(main())


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("max-stale=6", "hit; ttl=-5"),
        ("max-stale", "hit; ttl=-5"),
        ("max-stale=5", "fwd=stale; stored; ttl=10"),
        ("max-stale=x", "fwd=stale; stored; ttl=10"),
        ("max-stale, max-age=14", "fwd=stale; stored; ttl=10"),
        ("max-stale, only-if-cached", "hit; ttl=-5"),
    ],
)
def test_a_caller_may_take_what_is_stale(wish: str, told: str) -> None:
    async def main() -> None:
        handler = await five_seconds_late(Origin(cache_control="max-age=10"))
        assert said(await handler(asks(cache_control=wish)))[1] == told

    run(main())


def test_an_error_leaves_what_is_kept_where_it_is_and_another_answer_takes_its_place() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="max-age=10, stale-if-error=60")
        handler = await five_seconds_late(vendor)
        for reply, found in ((Reply(500), b"answer 1"), (Reply(404), b""), (Reply(500), b"")):
            vendor.reply = reply
            assert (await handler(asks())).body == found

    run(main())


def test_a_stale_answer_comes_before_the_deadline_of_a_call_that_would_wait_in_vain() -> None:
    async def main() -> None:
        vendor = Slow(cache_control="max-age=10, stale-if-error=60")
        handler = await five_seconds_late(vendor)
        asked = msgspec.structs.replace(asks(), deadline=clock() + 0.5)
        async with asyncio.timeout(0.5):
            assert said(await handler(asked))[0] == b"answer 1"
        assert notes(asked)[-1] == "cache.stale"

    run(main())
