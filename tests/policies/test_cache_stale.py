"""What is past its time is given out where the vendor fails."""

import asyncio
from typing import Any

import pytest

from gateway import Duration, Handler, Reply, Verdict
from gateway.errors import CircuitOpen, GatewayError, InvalidRequest, UpstreamReset, UpstreamTimeout
from tests.kit import call, clock, run
from tests.policies.cached import Vendor, asking, cached, down, kept, notes, told

STALE = b"answer 1", b"hit; ttl=-5"


def tolerant(vendor: Handler, **fields: Any) -> Handler:
    return cached(vendor, stale_if_error=Duration(600), **fields)


def refusal(status: int, kind: Any) -> Reply:
    return Reply(status, (), b"", Verdict(slug="x", status=502, title="X", kind=kind))


@pytest.mark.parametrize(
    "failure",
    [
        UpstreamReset(),
        UpstreamTimeout(),
        CircuitOpen(),
        Reply(503),
        Reply(429),
        refusal(400, "transient"),
        refusal(403, "rate_limited"),
    ],
)
def test_where_the_vendor_fails_the_stale_answer_is_given(failure: Reply | GatewayError) -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = tolerant(vendor)
        await kept(handler)
        _fail(vendor, failure)
        asked = call()
        assert told(await handler(asked)) == STALE
        assert notes(asked) == ["cache.miss", "cache.stale"]
        assert [told(each) for each in await asyncio.gather(*(handler(call()) for _ in range(3)))] == [STALE] * 3

    run(main())


@pytest.mark.parametrize(
    "failure", [InvalidRequest(), Reply(404), refusal(401, "auth_failed"), refusal(429, "rejected")]
)
def test_what_is_not_the_vendors_failure_is_told(failure: Reply | GatewayError) -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = tolerant(vendor)
        await kept(handler)
        _fail(vendor, failure)
        found = (await asyncio.gather(handler(call()), return_exceptions=True))[0]
        assert found == failure or type(found) is type(failure) is InvalidRequest

    run(main())


def _fail(vendor: Vendor, failure: Reply | GatewayError) -> None:
    if isinstance(failure, Reply):
        vendor.reply = failure
    else:
        vendor.down = failure


@pytest.mark.parametrize(("since", "served"), [(659, True), (660, False)])
def test_only_within_its_window_is_a_stale_answer_better_than_none(since: float, served: bool) -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = tolerant(vendor)
        await kept(handler, since)
        vendor.down = down()
        if served:
            assert told(await handler(call())) == (b"answer 1", b"hit; ttl=-599")
            return
        with pytest.raises(UpstreamReset):
            await handler(call())

    run(main())


def test_without_a_window_a_failure_is_told() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = cached(vendor)
        await kept(handler)
        vendor.down = down()
        with pytest.raises(UpstreamReset):
            await handler(call())

    run(main())


def test_who_insists_on_a_new_answer_is_told_of_the_failure_and_the_old_one_stays() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = tolerant(vendor)
        await kept(handler, 10)
        vendor.down = down()
        with pytest.raises(UpstreamReset):
            await handler(asking(cache_control="no-cache"))
        assert told(await handler(call())) == (b"answer 1", b"hit; ttl=50")

    run(main())


def test_a_stale_answer_comes_before_the_deadline_of_a_call_that_would_wait_in_vain() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = tolerant(vendor)
        await kept(handler)
        vendor.seconds, until = 100, clock() + 20
        async with asyncio.timeout(20):
            assert told(await handler(call(deadline=until)))[0] == b"answer 1"
        await asyncio.sleep(0)
        assert vendor.cancelled == 1

    run(main())


def test_a_stale_answer_whose_window_ends_while_waiting_is_not_given() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = cached(vendor, stale_if_error=Duration(10))
        await kept(handler)
        vendor.seconds = 100
        with pytest.raises(UpstreamTimeout):
            await handler(call(deadline=clock() + 20))

    run(main())


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_any_more_is_not_given_from_the_cache_either(status: int) -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0)
        handler = tolerant(vendor)
        await kept(handler, 10)
        vendor.reply = Reply(status)
        assert told(await handler(asking(cache_control="no-cache"))) == (b"", None)
        assert (await handler(call())).status == status

    run(main())
