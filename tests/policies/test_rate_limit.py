"""What is sent to a vendor per time, who waits, and who is refused."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Call, Caller, Duration, FailureClass, Handler, Kit, Reply, Verdict
from gateway.errors import ReducedCapacity
from gateway_policies import rate_limit
from gateway_policies.pacing import Throttle
from gateway_policies.rate_limit import RateLimit
from tests.kit import call, clock, kit, pipeline, run, site

OK = Reply(200)
WAITS = Duration(3600)


def refusal(status: int = 429, kind: FailureClass | None = None, retry_after: float | None = None) -> Reply:
    return Reply(status, verdict=Verdict(slug="s", status=429, title="t", kind=kind, retry_after=retry_after))


class Vendor:
    """Keeps when he was asked, in seconds since the start; answers in turn, then always well."""

    def __init__(self, *answers: Reply) -> None:
        self.answers = list(answers)
        self.times: list[float] = []
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> Reply:
        self.times.append(clock() - 1000.0)
        self.calls.append(call)
        return self.answers.pop(0) if self.answers else OK


def limited(vendor: Handler, using: Kit | None = None, name: str = "list_contacts", **fields: Any) -> Handler:
    limits = RateLimit(**{"requests": 10, "per": Duration(10), "max_wait": WAITS, **fields})
    return pipeline(rate_limit.policy, limits, vendor, at=site(name=name), using=using)


async def together(handler: Handler, times: int) -> list[object]:
    """What came of calls that arrive at the same moment: a Reply, or an error."""
    return list(await asyncio.gather(*(handler(call()) for _ in range(times)), return_exceptions=True))


def test_calls_go_out_evenly_spaced() -> None:
    vendor = Vendor()
    run(together(limited(vendor), 5))
    assert vendor.times == pytest.approx([0, 1, 2, 3, 4], abs=0.001)


def test_a_burst_goes_out_at_once_after_a_quiet_time() -> None:
    vendor = Vendor()
    run(together(limited(vendor, burst=3), 5))
    assert vendor.times == pytest.approx([0, 0, 0, 1, 2], abs=0.001)


def test_a_burst_does_not_lift_the_first_window_above_the_limit() -> None:
    vendor = Vendor()
    run(together(limited(vendor, burst=10), 25))
    assert vendor.times == pytest.approx([0] * 10 + [10 + step for step in [0] * 10] + [20] * 5, abs=0.01)


def test_calls_are_served_in_the_order_in_which_they_came_whatever_they_cost() -> None:
    vendor, shared = Vendor(), kit()
    dear = limited(vendor, shared, burst=5, cost=5)
    cheap = limited(vendor, shared, burst=5)

    async def main() -> None:
        await dear(call())
        tasks = []
        for number, handler in enumerate([dear, cheap, dear, cheap]):
            tasks.append(asyncio.ensure_future(handler(call(correlation_id=f"c-{number}"))))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    run(main())
    assert [asked.correlation_id for asked in vendor.calls[1:]] == ["c-0", "c-1", "c-2", "c-3"]


def test_a_call_that_would_fit_in_does_not_jump_the_queue() -> None:
    vendor, shared = Vendor(), kit()
    dear = limited(vendor, shared, burst=5, cost=5)
    cheap = limited(vendor, shared, burst=5)

    async def main() -> None:
        await dear(call())
        waiting = asyncio.ensure_future(dear(call()))
        await asyncio.sleep(2)
        await cheap(call())
        await waiting

    run(main())
    assert vendor.times == pytest.approx([0, 5, 10], abs=0.01)


def test_a_wait_that_would_be_too_long_is_refused_at_once_with_its_length() -> None:
    vendor = Vendor()
    handler = limited(vendor, max_wait=Duration(2))

    async def main() -> None:
        waiting = [asyncio.ensure_future(handler(call())) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ReducedCapacity) as caught:
            await handler(call())
        assert clock() == 1000.0
        assert caught.value.retry_after == pytest.approx(3)
        assert caught.value.status == 503
        await asyncio.gather(*waiting)

    run(main())
    assert vendor.times == pytest.approx([0, 1, 2], abs=0.001)


def test_a_wait_is_judged_by_what_is_left_of_it_and_not_by_its_full_length() -> None:
    vendor = Vendor()
    handler = limited(vendor, requests=1, max_wait=Duration(2))

    async def main() -> None:
        await handler(call())
        await asyncio.sleep(8.5)
        await handler(call())

    run(main())
    assert vendor.times == pytest.approx([0, 10], abs=0.001)


def test_a_wait_beyond_the_deadline_is_refused_at_once() -> None:
    async def main() -> None:
        handler = limited(Vendor())
        await handler(call())
        with pytest.raises(ReducedCapacity):
            await handler(call(deadline=clock() + 0.5))
        assert clock() == 1000.0

    run(main())


def test_a_waiter_that_leaves_frees_his_place() -> None:
    vendor = Vendor()
    handler = limited(vendor, max_wait=Duration(3))

    async def main() -> None:
        tasks = [asyncio.ensure_future(handler(call())) for _ in range(4)]
        await asyncio.sleep(0.5)
        for task in tasks[1:3]:
            task.cancel()
        await asyncio.wait(tasks)
        await handler(call())

    run(main())
    assert vendor.times == pytest.approx([0, 1, 2], abs=0.001)


def test_endpoints_that_differ_in_cost_draw_on_one_limit() -> None:
    vendor, shared = Vendor(), kit()
    cheap = limited(vendor, shared, burst=5)
    dear = limited(vendor, shared, "send", burst=5, cost=5)

    async def main() -> None:
        await dear(call())
        await cheap(call())
        await dear(call())

    run(main())
    assert vendor.times == pytest.approx([0, 1, 10], abs=0.001)


def test_another_integrations_limit_is_its_own() -> None:
    vendor, shared = Vendor(), kit()
    limits = RateLimit(requests=1, per=Duration(60))

    async def main() -> None:
        for name in ("crm", "erp"):
            at = site(name, integration=name)
            await pipeline(rate_limit.policy, limits, vendor, at=at, using=shared)(call())

    run(main())
    assert vendor.times == [0, 0]


def test_each_connection_may_have_a_limit_of_its_own() -> None:
    vendor = Vendor()
    handler = limited(vendor, by="connection")

    async def main() -> None:
        for user in ("ann", "bob", "ann"):
            await handler(call(caller=Caller("app", user=user)))

    run(main())
    assert vendor.times == pytest.approx([0, 0, 1], abs=0.001)


@pytest.mark.parametrize("answer", [refusal(retry_after=7), refusal(403, "rate_limited", 7)], ids=repr)
def test_everything_rests_until_the_vendors_retry_after(answer: Reply) -> None:
    vendor = Vendor(answer)
    handler = limited(vendor, requests=1000)

    async def main() -> None:
        await handler(call())
        await together(handler, 2)

    run(main())
    assert vendor.times == pytest.approx([0, 7, 7], abs=0.02)


def test_a_rest_longer_than_a_call_would_wait_refuses_it_and_tells_when_to_come_again() -> None:
    handler = limited(Vendor(refusal(retry_after=30)), max_wait=Duration(2))

    async def main() -> None:
        await handler(call())
        with pytest.raises(ReducedCapacity) as caught:
            await handler(call())
        assert caught.value.retry_after == pytest.approx(30)

    run(main())


def test_a_rest_that_begins_while_a_call_waits_refuses_it_instead_of_keeping_it() -> None:
    async def main() -> None:
        async def slow(call: Call) -> Reply:
            await asyncio.sleep(0.5)
            return refusal(retry_after=30)

        found = await together(limited(slow, max_wait=Duration(2)), 3)
        assert [type(each) for each in found] == [Reply, ReducedCapacity, ReducedCapacity]
        assert clock() <= 1002.1

    run(main())


def test_refusals_that_name_no_time_make_the_rests_double_until_the_vendor_is_content() -> None:
    vendor = Vendor(refusal(), refusal(), refusal(), OK, refusal())
    handler = limited(vendor, requests=1000)

    async def main() -> None:
        for _ in range(6):
            await handler(call())

    run(main())
    assert vendor.times == pytest.approx([0, 1, 3, 7, 7, 8], abs=0.05)


def test_many_refusals_at_once_make_one_rest() -> None:
    async def main() -> None:
        async def slow(call: Call) -> Reply:
            await asyncio.sleep(0.5)
            return refusal()

        shared = kit()
        handler = limited(slow, shared, requests=1000, burst=50)
        await together(handler, 50)
        vendor = Vendor()
        await limited(vendor, shared, requests=1000, burst=50)(call())
        assert vendor.times == pytest.approx([1.5], abs=0.05)

    run(main())


def test_a_nonsensical_retry_after_does_not_close_the_integration_for_ever() -> None:
    vendor = Vendor(refusal(retry_after=1e9))
    handler = limited(vendor)

    async def main() -> None:
        await handler(call())
        await asyncio.sleep(3601)
        await handler(call())

    run(main())


def test_the_trail_tells_who_waited_and_who_was_refused() -> None:
    async def main() -> None:
        handler = limited(Vendor(), max_wait=Duration(1))
        asked = [call() for _ in range(3)]
        await asyncio.gather(*(handler(each) for each in asked), return_exceptions=True)
        waited, refused = asked[1].trail.events[0], asked[2].trail.events[0]
        assert asked[0].trail.events == []
        assert (waited.name, waited.detail["seconds"]) == ("throttle.waited", pytest.approx(1))
        assert (refused.name, refused.detail["retry_after"]) == ("throttle.refused", pytest.approx(2))

    run(main())


def test_a_limit_that_was_used_is_not_as_good_as_new_until_its_window_is_over() -> None:
    async def main() -> None:
        throttle = Throttle(10, 10, 5, clock, asyncio.sleep)
        assert throttle.idle()
        throttle.take(1, clock())
        await asyncio.sleep(9)
        assert not throttle.idle()
        await asyncio.sleep(1)
        assert throttle.idle()

    run(main())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"per": Duration(0)}, "`per` has to be more than zero"),
        ({"burst": 11}, "`burst` 11 is more than `requests` 10"),
        ({"burst": 2, "cost": 3}, "`cost` 3 is more than `burst` 2"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RateLimit(**{"requests": 10, "per": Duration(10), **fields})


@settings(deadline=None)
@given(
    requests=st.integers(1, 20),
    per=st.floats(0.1, 100),
    data=st.data(),
    arrivals=st.lists(
        st.tuples(st.floats(0, 100), st.integers(1, 20), st.one_of(st.none(), st.floats(0, 50))), max_size=60
    ),
)
def test_in_no_window_does_more_go_out_than_declared(
    requests: int, per: float, data: st.DataObject, arrivals: list[tuple[float, int, float | None]]
) -> None:
    burst = data.draw(st.integers(1, requests))

    async def main() -> list[tuple[float, int]]:
        throttle = Throttle(requests, per, burst, clock, asyncio.sleep)
        sent: list[tuple[float, int]] = []

        async def one(at: float, cost: int, leaves: float | None) -> None:
            await asyncio.sleep(at)
            async with asyncio.timeout(leaves):
                if not throttle.take(cost, clock()):
                    await throttle.queue(cost, 3600)
            sent.append((clock(), cost))

        await asyncio.gather(*(one(at, min(cost, burst), gone) for at, cost, gone in arrivals), return_exceptions=True)
        return sent

    sent = run(main())
    stayed = sum(1 for _, _, leaves in arrivals if leaves is None)
    assert len(sent) >= min(stayed, 1)
    for begin, _ in sent:
        assert sum(cost for at, cost in sent if begin <= at < begin + per - 1e-6) <= requests
