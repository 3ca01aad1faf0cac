"""Places that several processes have in common, and callers who take turns for them."""

import asyncio
from collections import Counter

from gateway import Call, Caller, Handler, NotShared, Reply
from gateway.errors import ReducedCapacity
from gateway.sharing import Memory
from gateway_policies import bulkhead
from gateway_policies.bulkhead import Bulkhead
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
    lost = False

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        self.asked += 1
        if self.lost:
            raise NotShared
        return await super().claim(name, owner, seconds, places)


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
        assert shared.asked == 1

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
