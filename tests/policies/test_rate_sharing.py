"""A vendor's limit that several processes have in common, and callers who take turns."""

import asyncio
from collections import Counter, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Call, Caller, Duration, Handler, Headers, NotShared, Pace, Reply, Taken
from gateway.errors import ReducedCapacity
from gateway.sharing import Memory
from gateway_policies import rate_limit
from gateway_policies.rate_limit import RateLimit
from tests.kit import call, clock, kit, pipeline, run, site

TEN = RateLimit(requests=10, per=Duration(1), max_wait=Duration(60))


class Vendor:
    """Allows so many calls in any second and refuses what goes beyond; remembers who was served when."""

    def __init__(self, allowed: int = 10, headers: Headers = ()) -> None:
        self.allowed = allowed
        self.headers = headers
        self.served: list[tuple[float, str]] = []
        self.refused = 0
        self._last: deque[float] = deque()

    async def __call__(self, call: Call) -> Reply:
        now = clock()
        while self._last and self._last[0] <= now - 1 + 1e-9:
            self._last.popleft()
        if len(self._last) >= self.allowed:
            self.refused += 1
            return Reply(429)
        self._last.append(now)
        self.served.append((now, call.caller.id))
        return Reply(200, self.headers)


class Lossy(Memory):
    lost = False

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        if self.lost:
            raise NotShared
        await asyncio.sleep(0.001)
        return await super().take(name, pace, most, least)


def company(vendor: Vendor, size: int, limit: RateLimit = TEN) -> tuple[Lossy, list[Handler]]:
    shared = Lossy(clock, alone=False)
    return shared, [
        pipeline(rate_limit.policy, limit, vendor, at=site(), using=kit(shared=shared)) for _ in range(size)
    ]


def by(who: str) -> Call:
    return call(caller=Caller(who, "192.0.2.1"))


async def ask(handler: Handler, who: str = "ann") -> int:
    try:
        return (await handler(by(who))).status
    except ReducedCapacity:
        return 503


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


def test_processes_that_send_little_take_little() -> None:
    async def main() -> None:
        limit = RateLimit(requests=400, per=Duration(1))
        _, processes = company(Vendor(400), 40, limit)
        began = clock()
        for _ in range(5):
            assert [await ask(each) for each in processes] == [200] * 40
        assert clock() - began < 1

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
