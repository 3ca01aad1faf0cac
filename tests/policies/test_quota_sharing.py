"""A quota that several processes have in common: never more than it allows, and next to no questions."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Call, Duration, Handler, NotShared, Pace, Reply, Taken
from gateway.errors import QuotaExceeded
from gateway.sharing import Memory
from gateway_policies import quota
from gateway_policies.quota import Quota
from gateway_policies.quota_leases import Leases
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
        assert shared.asked < 50

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


def test_requests_that_come_together_take_one_lease() -> None:
    async def main() -> None:
        _, (first, second, _) = company(requests=1000, per=1000)
        await passed(first)
        await passed(first, 20)
        assert await passed(second, 1000) >= 1000 - 21 - 50

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


def test_a_lease_that_lies_unused_while_the_quota_refills_does_not_come_on_top_of_it() -> None:
    async def main() -> None:
        _, (first, second, _) = company(requests=1000, per=20)
        for _ in range(30):
            await first(call())
        await asyncio.sleep(0.99)
        assert await passed(second, 1500) + await passed(first, 100) == 1000

    run(main())


def test_a_quota_that_refills_at_once_has_leases_too() -> None:
    async def main() -> None:
        shared, (first, *_) = company(requests=100_000, per=1)
        for _ in range(2_000):
            await passed(first)
            await asyncio.sleep(0.0001)
        assert shared.asked < 100

    run(main())


def test_what_refills_while_such_a_lease_lies_unused_is_set_aside() -> None:
    async def main() -> None:
        shared, (first, second, _) = company(requests=1000, per=1)
        for _ in range(43):  # after forty questions a lease of 47, of which it uses two
            await first(call())
        assert shared.asked < 43
        await asyncio.sleep(0.046)
        assert 900 <= await passed(second, 1500) + await passed(first, 100) <= 1000

    run(main())


def test_a_process_that_stops_gives_back_what_it_does_not_use() -> None:
    async def main() -> None:
        shared = Counting(clock, alone=False)
        leases = Leases(shared, "quota/crm", Pace(100, 100, 100), clock)
        await leases.ask("ann", 0)
        await leases.ask("ann", 1)
        leases.stop()
        await asyncio.sleep(0)
        assert (await shared.take("quota/crm/ann", Pace(100, 100, 100))).remaining == 97

    run(main())


@given(
    requests=st.sampled_from([1, 7, 200, 200]),
    per=st.sampled_from([1.0, 5.0, 20.0]),
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from([1, 8, 300]), st.sampled_from([0, 0, 0.3, 0.6, 0.95, 2])),
        max_size=30,
    ),
)
@settings(max_examples=120, deadline=None)
def test_in_no_time_does_more_pass_than_a_full_quota_and_what_came_back_meanwhile(
    requests: int, per: float, steps: list[tuple[int, int, float]]
) -> None:
    """Whoever asks whenever."""

    async def main() -> None:
        _, processes = company(requests=requests, per=per)
        times: list[tuple[float, int]] = []
        for which, asked, pause in steps:
            times.append((clock(), await passed(processes[which], asked)))
            await asyncio.sleep(pause)
        for position, (begin, _) in enumerate(times):
            count = 0
            for end, more in times[position:]:
                count += more
                assert count <= requests + (end - begin) * requests / per + 1e-6

    run(main())
