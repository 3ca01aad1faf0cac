"""A vendor's limit that several processes have in common."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Duration
from gateway_policies.rate_limit import RateLimit
from tests.kit import clock, run
from tests.policies.rated import Vendor, ask, company


@pytest.mark.parametrize("rate", [10, 200])
def test_four_processes_send_what_is_allowed_and_no_more(rate: int) -> None:
    async def main() -> None:
        vendor = Vendor(rate)
        limit = RateLimit(requests=rate, per=Duration(1), max_wait=Duration(600))
        _, processes = company(vendor, 4, limit)
        asking = [asyncio.ensure_future(ask(processes[number % 4])) for number in range(rate * 30)]
        await asyncio.sleep(20)
        assert vendor.refused == 0
        assert len(vendor.served) >= 0.9 * rate * 20
        for each in asking:
            each.cancel()

    run(main())


def test_a_vendors_refusal_rests_all_processes() -> None:
    async def main() -> None:
        vendor = Vendor(allowed=1)
        _, (first, second) = company(vendor, 2)
        assert await ask(first) == 200
        assert await ask(first) == 429
        began = clock()
        assert await ask(second) == 200
        assert clock() - began >= 0.9

    run(main())


def test_without_the_others_a_process_keeps_to_the_limit_by_itself() -> None:
    async def main() -> None:
        vendor = Vendor(20)
        shared, processes = company(vendor, 2)
        shared.lost = True
        asking = [asyncio.ensure_future(ask(processes[number % 2])) for number in range(400)]
        await asyncio.sleep(5)
        assert vendor.refused == 0
        assert 90 <= len(vendor.served) <= 102
        for each in asking:
            each.cancel()

    run(main())


def test_processes_that_send_little_take_little_and_leave_the_rest_to_others() -> None:
    async def main() -> None:
        shared, processes = company(Vendor(400), 40, RateLimit(requests=400, per=Duration(1)))
        for _ in range(20):
            assert set(await asyncio.gather(*(ask(each) for each in processes))) == {200}
            await asyncio.sleep(0.2)
        assert shared.granted <= 900

    run(main())


@pytest.mark.parametrize(("burst", "used"), [(2, 0.9), (10, 0.8), (100, 0.7)])
def test_bursts_may_go_out_at_once_and_most_of_the_limit_is_used(burst: int, used: float) -> None:
    async def main() -> None:
        vendor = Vendor(100)
        limit = RateLimit(requests=100, per=Duration(1), burst=burst, max_wait=Duration(600))
        _, processes = company(vendor, 4, limit)
        asking = [asyncio.ensure_future(ask(processes[number % 4])) for number in range(1500)]
        await asyncio.sleep(0.05)
        assert len(vendor.served) >= min(burst, 25)
        await asyncio.sleep(10)
        assert vendor.refused == 0
        assert len(vendor.served) >= used * 1000
        for each in asking:
            each.cancel()

    run(main())


@given(
    requests=st.sampled_from([4, 30, 200]),
    part=st.sampled_from([0, 10, 1]),
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([1, 3, 100]), st.sampled_from([0, 0.01, 0.03, 0.3, 1])),
        max_size=20,
    ),
)
@settings(max_examples=60, deadline=None)
def test_in_no_window_do_all_processes_together_send_more_than_declared(
    requests: int, part: int, steps: list[tuple[int, int, float]]
) -> None:
    async def main() -> None:
        vendor = Vendor(requests)
        burst = max(requests // part, 1) if part else 1
        limit = RateLimit(requests=requests, per=Duration(1), burst=burst, max_wait=Duration(3))
        _, processes = company(vendor, 3, limit)
        asking = []
        for which, times, pause in steps:
            asking += [asyncio.ensure_future(ask(processes[which])) for _ in range(times)]
            await asyncio.sleep(pause)
        await asyncio.gather(*asking)
        assert vendor.refused == 0

    run(main())


def test_what_a_vendor_says_is_left_is_obeyed_before_he_refuses() -> None:
    async def main() -> None:
        vendor = Vendor(headers=((b"ratelimit", b'"default";r=0;t=5'),))
        _, (handler, *_) = company(vendor, 1)
        await ask(handler)
        assert await ask(handler) == 200
        assert vendor.served[1][0] - vendor.served[0][0] >= 5

    run(main())


def test_a_vendor_who_begins_to_speak_of_his_limit_is_heard() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (handler, *_) = company(vendor, 1)
        await ask(handler)
        await asyncio.sleep(1)
        vendor.headers = ((b"ratelimit", b'"default";r=0;t=5'),)
        await ask(handler)
        began = clock()
        await ask(handler)
        assert clock() - began >= 4

    run(main())
