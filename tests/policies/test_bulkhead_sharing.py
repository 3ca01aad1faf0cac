"""Places that several processes have in common, and callers who take turns for them."""

import asyncio
from collections import Counter

from gateway import Call, Caller, Handler, NotShared, Reply
from gateway.errors import ReducedCapacity
from gateway.sharing import Memory
from gateway_policies import bulkhead
from gateway_policies.bulkhead import Bulkhead
from gateway_policies.bulkhead_sharing import LEASE, RENEWED, Company, SharedPlaces
from tests.kit import call, clock, kit, pipeline, run, site


class Vendor:
    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.now = self.most = 0
        self.served: list[str] = []

    async def __call__(self, call: Call) -> Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1
        self.served.append(call.caller.id)
        return Reply(200)


class Counting(Memory):
    asked = 0
    slow = 0.01
    lost = False

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        self.asked += 1
        if self.lost:
            raise NotShared
        granted = await super().claim(name, owner, seconds, places)
        await asyncio.sleep(self.slow)
        return granted


def company(vendor: Vendor, size: int = 3, **fields: object) -> tuple[Counting, list[Handler]]:
    shared = Counting(clock, alone=False)
    settings = Bulkhead(**{"concurrent": 4, "queue": 100, **fields})  # type: ignore[arg-type]  # what a test varies
    return shared, [
        pipeline(bulkhead.policy, settings, vendor, at=site(), using=kit(shared=shared)) for _ in range(size)
    ]


async def ask(handler: Handler, who: str = "ann", user: str | None = None, patience: float = 60) -> int:
    asked = call(caller=Caller(who, "192.0.2.1", user), deadline=clock() + patience)
    try:
        return (await handler(asked)).status
    except ReducedCapacity:
        return 503


def test_no_more_calls_than_declared_are_under_way_in_all_processes() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, processes = company(vendor)
        found = await asyncio.gather(*(ask(processes[number % 3]) for number in range(60)))
        assert set(found) == {200}
        assert vendor.most == 4

    run(main())


def test_each_mailbox_has_places_of_its_own_in_all_processes() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, processes = company(vendor, by="connection")
        users = ("ann", "bob")
        await asyncio.gather(*(ask(processes[number % 3], user=users[number % 2]) for number in range(24)))
        assert vendor.most == 8

    run(main())


def test_under_steady_load_nobody_is_asked() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0.01)
        shared, (first, *_) = company(vendor)
        for _ in range(500):
            await ask(first)
        assert shared.asked <= 1 + 5 / RENEWED

    run(main())


def test_what_one_process_does_not_need_any_more_the_others_have() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await asyncio.gather(*(ask(first) for _ in range(4)))
        began = clock()
        assert await ask(second) == 200
        assert clock() - began <= 1 + 0.7

    run(main())


def test_who_cannot_wait_is_refused() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor(seconds=10))
        busy = asyncio.gather(*(ask(first) for _ in range(4)))
        await asyncio.sleep(0.1)
        assert await ask(second, patience=1) == 503
        assert set(await busy) == {200}

    run(main())


def test_a_process_that_is_always_busy_leaves_its_part_to_others() -> None:
    async def main() -> None:
        _, (busy, other, _) = company(Vendor(seconds=0.1), concurrent=2, queue=500)
        greedy = [asyncio.ensure_future(ask(busy)) for _ in range(300)]
        await asyncio.sleep(0.1)
        assert [await ask(other, patience=2) for _ in range(10)] == [200] * 10
        assert clock() < 1005
        for each in greedy:
            each.cancel()

    run(main())


def test_without_a_queue_what_another_process_only_keeps_is_had_and_what_it_uses_is_not() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor(), queue=0)
        await asyncio.gather(*(ask(first) for _ in range(4)))
        assert await ask(second) == 200
        under_way = asyncio.gather(*(ask(first) for _ in range(4)))
        await asyncio.sleep(0.2)
        began = clock()
        assert await ask(second) == 503
        assert clock() - began <= 0.2
        await under_way

    run(main())


def test_who_leaves_while_a_place_is_asked_for_leaves_none_behind() -> None:
    async def main() -> None:
        shared, (first, second, _) = company(Vendor(seconds=60))
        for _ in range(3):
            leaving = [asyncio.ensure_future(ask(first)) for _ in range(4)]
            await asyncio.sleep(shared.slow / 2)
            for each in leaving:
                each.cancel()
        await asyncio.sleep(1)
        found = [asyncio.ensure_future(ask(second, patience=100)) for _ in range(4)]
        assert set(await asyncio.gather(*found)) == {200}
        assert clock() < 1063

    run(main())


def test_the_places_of_a_process_that_died_come_free_and_a_long_call_keeps_its_own() -> None:
    async def main() -> None:
        shared, (first, *_) = company(Vendor(seconds=100), concurrent=2)
        await shared.claim("bulkhead/crm/2/", "of one that died", LEASE, 2)
        long = asyncio.ensure_future(ask(first, patience=200))
        await asyncio.sleep(20)
        assert await shared.claim("bulkhead/crm/2/", "another", LEASE, 2)
        assert not await shared.claim("bulkhead/crm/2/", "one more", LEASE, 2)
        assert await long == 200

    run(main())


def test_a_process_that_stops_hands_back_what_it_does_not_use() -> None:
    async def main() -> None:
        shared = Counting(clock, alone=False)
        places = SharedPlaces(Company(shared), "bulkhead/crm", 1, clock)
        owner = await places.ask(0)
        assert owner
        places.give_back(owner)
        places.stop()
        await asyncio.sleep(0.1)
        assert await shared.claim("bulkhead/crm", "another", LEASE)

    run(main())


def test_without_the_others_the_bound_of_the_process_holds() -> None:
    async def main() -> None:
        vendor = Vendor()
        shared, (first, *_) = company(vendor)
        shared.lost = True
        await asyncio.gather(*(ask(first) for _ in range(12)))
        assert vendor.most == 4

    run(main())


def test_callers_take_turns() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (handler, *_) = company(vendor)
        greedy = [asyncio.ensure_future(ask(handler, "greedy")) for _ in range(40)]
        await asyncio.sleep(0.1)
        assert set(await asyncio.gather(*(ask(handler, "modest") for _ in range(8)))) == {200}
        assert Counter(vendor.served)["greedy"] <= 14
        await asyncio.gather(*greedy)

    run(main())


def test_who_fills_the_queue_makes_room_for_others() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (handler, *_) = company(vendor, concurrent=1, queue=4)
        greedy = [asyncio.ensure_future(ask(handler, "greedy")) for _ in range(5)]
        await asyncio.sleep(0.1)
        assert await ask(handler, "modest") == 200
        assert Counter(await asyncio.gather(*greedy)) == {200: 4, 503: 1}
        assert await ask(handler, "greedy") == 200

    run(main())
