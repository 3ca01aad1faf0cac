"""A quota that several processes have in common: never more than it allows, and next to no questions."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Call, Duration, Handler, NotShared, Pace, Reply, Taken
from gateway.errors import QuotaExceeded
from gateway.sharing import Memory
from gateway_policies import quota
from gateway_policies.quota import Quota
from tests.kit import call, clock, kit, pipeline, run, site


class Counting(Memory):
    """Shared state that counts what it is asked, and can be out of reach."""

    asked = 0
    lost = False

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        self.asked += 1
        if self.lost:
            raise NotShared
        await asyncio.sleep(0)
        return await super().take(name, pace, most, least)


async def ok(call: Call) -> Reply:
    return Reply(200)


def process(shared: Memory, requests: int = 100, per: float = 100) -> Handler:
    declared = Quota(requests=requests, per=Duration(per))
    return pipeline(quota.policy, declared, ok, at=site(), using=kit(shared=shared))


def company(size: int = 3, requests: int = 100, per: float = 100) -> tuple[Counting, list[Handler]]:
    shared = Counting(clock, alone=False)
    return shared, [process(shared, requests, per) for _ in range(size)]


async def passed(handler: Handler, times: int = 1) -> int:
    found = await asyncio.gather(*(handler(call()) for _ in range(times)), return_exceptions=True)
    assert all(isinstance(each, Reply | QuotaExceeded) for each in found)
    return sum(isinstance(each, Reply) for each in found)


def test_three_processes_have_one_quota() -> None:
    async def main() -> None:
        _, processes = company()
        assert sum([await passed(processes[number % 3]) for number in range(300)]) == 100
        await asyncio.sleep(1.5)
        assert sum([await passed(each, 5) for each in processes]) == 1

    run(main())


def test_where_there_is_plenty_few_requests_ask() -> None:
    async def main() -> None:
        shared, (first, *_) = company(requests=10_000)
        assert sum([await passed(first) for _ in range(2_000)]) == 2_000
        assert shared.asked < 20

    run(main())


def test_what_one_does_not_use_the_others_have_after_a_second() -> None:
    async def main() -> None:
        _, (first, second, _) = company(requests=1000, per=1000)
        await passed(first)
        await passed(first)  # a lease of fifty, of which it uses one
        assert await passed(second, 1000) < 998
        await asyncio.sleep(1.5)
        assert 45 <= await passed(second, 1000) <= 51

    run(main())


def test_what_is_left_is_told_for_all_processes() -> None:
    async def main() -> None:
        _, (first, second, _) = company()
        await first(call())
        reply = await second(call())
        assert dict(reply.headers)[b"ratelimit"].startswith(b'"default";r=98;')

    run(main())


def test_without_the_others_a_process_decides_alone_and_pays_later() -> None:
    async def main() -> None:
        shared, (first, second, _) = company(requests=10)
        assert await passed(first, 4) == 4
        shared.lost = True
        assert await passed(first, 20) == 6
        assert await passed(second, 20) == 10
        shared.lost = False
        assert await passed(first) == await passed(second) == 0

    run(main())


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30), st.floats(0, 3)), max_size=30))
@settings(max_examples=150, deadline=None)
def test_never_more_than_the_quota_whoever_asks_whenever(steps: list[tuple[int, int, float]]) -> None:
    """In any time: what there is at once, and what comes back meanwhile."""

    async def main() -> None:
        _, processes = company(requests=40, per=20)
        began, allowed = clock(), 0
        for which, times, pause in steps:
            allowed += await passed(processes[which], times)
            assert allowed <= 40 + (clock() - began) * 2 + 1e-6
            await asyncio.sleep(pause)

    run(main())
