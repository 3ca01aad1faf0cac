"""Who waits for a vendor's limit, in which order and for how long: callers take turns."""

import asyncio
from collections import Counter

from gateway import Duration
from gateway_policies.rate_limit import RateLimit
from tests.kit import clock, run
from tests.policies.rated import Vendor, ask, company


def test_a_greedy_caller_gets_no_more_than_its_share() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (handler, *_) = company(vendor, 1)
        greedy = [asyncio.ensure_future(ask(handler, "greedy")) for _ in range(300)]
        await asyncio.sleep(0.05)
        modest = [asyncio.ensure_future(ask(handler, "modest")) for _ in range(20)]
        assert set(await asyncio.gather(*modest)) == {200}
        served = Counter(who for _, who in vendor.served)
        assert served["modest"] == 20
        assert served["greedy"] <= 22
        for each in greedy:
            each.cancel()

    run(main())


def test_who_would_wait_too_long_behind_his_own_calls_is_refused_and_others_are_not() -> None:
    async def main() -> None:
        vendor = Vendor()
        limit = RateLimit(requests=10, per=Duration(1), max_wait=Duration(2))
        _, (handler, *_) = company(vendor, 1, limit)
        greedy = asyncio.gather(*(ask(handler, "greedy") for _ in range(100)))
        await asyncio.sleep(0.05)
        assert await ask(handler, "modest") == 200
        assert clock() < 1001
        assert Counter(await greedy)[503] >= 75

    run(main())


def test_a_waiter_that_leaves_in_his_turn_passes_it_on() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (handler, *_) = company(vendor, 1)
        await ask(handler)
        leaving = [asyncio.ensure_future(ask(handler, "leaving")) for _ in range(5)]
        staying = asyncio.ensure_future(ask(handler, "staying"))
        await asyncio.sleep(0.05)
        for each in leaving:
            each.cancel()
        assert await staying == 200
        assert clock() < 1000.5

    run(main())


def test_who_would_wait_too_long_for_other_processes_is_soon_refused_at_once() -> None:
    async def main() -> None:
        limit = RateLimit(requests=10, per=Duration(1), max_wait=Duration(2))
        _, processes = company(Vendor(), 4, limit)
        waits: dict[int, list[float]] = {200: [], 503: []}

        async def one(number: int) -> None:
            await asyncio.sleep(number * 0.025)
            began = clock()
            waits[await ask(processes[number % 4])].append(clock() - began)

        await asyncio.gather(*(one(number) for number in range(800)))
        assert len(waits[200]) >= 0.9 * 220
        assert max(waits[200] + waits[503]) <= 2.2
        assert sum(wait > 0 for wait in waits[503]) <= 100  # those who came before it was seen how slow it is

    run(main())


def test_who_is_overtaken_by_other_callers_waits_no_longer_than_he_may() -> None:
    async def main() -> None:
        limit = RateLimit(requests=10, per=Duration(1), max_wait=Duration(2))
        _, (handler, *_) = company(Vendor(), 1, limit)

        async def seconds(who: str) -> float:
            began = clock()
            await ask(handler, who)
            return clock() - began

        greedy = [asyncio.ensure_future(seconds("greedy")) for _ in range(20)]
        for number in range(30):
            await asyncio.sleep(0.1)
            greedy.append(asyncio.ensure_future(seconds(f"other {number}")))
        assert max(await asyncio.gather(*greedy)) <= 2.11

    run(main())
