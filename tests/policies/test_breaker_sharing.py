"""A circuit that several processes have in common: each is a kit of its own over one shared state."""

import asyncio
from typing import Any

import msgspec
import pytest

from gateway import Call, Duration, NotShared, Reply
from gateway.errors import CircuitOpen, InvalidRequest, NoSuchEndpoint
from gateway.sharing import Memory
from gateway_policies import breaker
from gateway_policies.breaker_settings import Breaker
from tests.kit import call, clock, kit, pipeline, run, site

OK, DOWN = Reply(200), Reply(502)
SETTINGS = Breaker(failures=2, recovery=Duration(30))


class Vendor:
    def __init__(self, reply: Reply = OK, seconds: float = 0.0) -> None:
        self.reply = reply
        self.seconds = seconds
        self.asked = 0

    async def __call__(self, call: Call) -> Reply:
        self.asked += 1
        reply = self.reply
        await asyncio.sleep(self.seconds)
        return reply


class Lossy(Memory):
    """Shared state that can be out of reach, and loses what is told meanwhile."""

    lost = False

    async def get(self, name: str) -> bytes | None:
        self._reach()
        return await super().get(name)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        self._reach()
        return await super().put(name, value, seconds, absent=absent)

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        self._reach()
        return await super().claim(name, owner, seconds, places)

    async def add(self, name: str, amount: int, seconds: float) -> int:
        self._reach()
        return await super().add(name, amount, seconds)

    def tell(self, channel: str, message: bytes) -> None:
        if not self.lost:
            super().tell(channel, message)

    def _reach(self) -> None:
        if self.lost:
            raise NotShared


class Process:
    """One of several that share what they know; all have the same vendor behind them."""

    def __init__(self, shared: Memory, vendor: Vendor, settings: Breaker = SETTINGS) -> None:
        self.kit = kit(shared=shared)
        self.handler = pipeline(breaker.policy, settings, vendor, at=site(), using=self.kit)

    async def ask(self, times: int = 1) -> list[object]:
        found: list[object] = []
        for _ in range(times):
            try:
                found.append((await self.handler(call())).status)
            except CircuitOpen:
                found.append(CircuitOpen)
        return found

    async def page(self, method: str, payload: Any = msgspec.UNSET, name: str = "crm") -> Any:
        page = next(page for page in breaker.policy.pages if page.method == method)
        reply = await page.build(self.kit)(call(path={"name": name}, payload=payload))
        assert isinstance(reply.body, bytes)
        return msgspec.json.decode(reply.body)


def company(vendor: Vendor, size: int = 3, settings: Breaker = SETTINGS) -> tuple[Lossy, list[Process]]:
    shared = Lossy(clock, alone=False)
    return shared, [Process(shared, vendor, settings) for _ in range(size)]


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_one_process_that_saw_enough_opens_it_for_all() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        _, (first, second, third) = company(vendor)
        await second.ask()
        await first.ask(2)

        assert await second.ask() == await third.ask() == [CircuitOpen]
        assert vendor.asked == 3

    run(main())


def test_a_process_that_starts_later_learns_of_it() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        shared, (first, *_) = company(vendor)
        await first.ask(2)
        await settled()
        late = Process(shared, vendor)
        await late.ask()
        await settled()

        assert await late.ask() == [CircuitOpen]

    run(main())


@pytest.mark.parametrize("probes", [1, 3])
def test_of_two_hundred_calls_to_three_processes_only_the_probes_reach_the_vendor(probes: int) -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        _, processes = company(vendor, settings=Breaker(failures=2, recovery=Duration(30), probes=probes))
        for process in processes:
            await process.ask()
        await processes[0].ask()
        await asyncio.sleep(31)
        vendor.asked, vendor.reply, vendor.seconds = 0, OK, 1.0
        calls = await asyncio.gather(*(processes[number % 3].ask() for number in range(200)))

        assert vendor.asked == probes
        assert sum(found == [200] for found in calls) == probes
        assert [await process.ask() for process in processes] == [[200]] * 3

    run(main())


def test_a_failed_probe_opens_it_for_all_and_for_longer() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        _, (first, second, third) = company(vendor)
        await second.ask()
        await third.ask()
        await first.ask(2)
        await asyncio.sleep(31)
        assert await second.ask() == [502]
        await asyncio.sleep(31)
        vendor.asked = 0
        assert await first.ask() == await second.ask() == await third.ask() == [CircuitOpen]
        await asyncio.sleep(30)
        assert await third.ask() == [502]

    run(main())


def test_a_probe_whose_client_leaves_gives_its_place_to_another_process() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        _, (first, second, _) = company(vendor)
        await second.ask()
        await first.ask(2)
        await asyncio.sleep(31)
        vendor.reply, vendor.seconds = OK, 1.0
        probe = asyncio.ensure_future(first.ask())
        await asyncio.sleep(0.5)
        assert await second.ask() == [CircuitOpen]
        probe.cancel()
        await settled()

        assert await second.ask() == [200]

    run(main())


def test_a_probe_that_is_never_heard_of_again_gives_its_place_back() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        _, (first, second, _) = company(vendor)
        await second.ask()
        await first.ask(2)
        await asyncio.sleep(31)
        vendor.reply, vendor.seconds = OK, 1e6
        lost = asyncio.ensure_future(first.ask())
        await asyncio.sleep(1)
        assert await second.ask() == [CircuitOpen]
        await asyncio.sleep(30)
        vendor.seconds = 0
        assert await second.ask() == [200]
        lost.cancel()

    run(main())


def test_without_the_others_each_decides_alone_and_they_meet_again() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        shared, (first, second, _) = company(vendor)
        await second.ask()
        shared.lost = True
        await first.ask(2)
        assert await first.ask() == [CircuitOpen]
        vendor.reply = OK
        assert await second.ask() == [200]
        await asyncio.sleep(31)
        assert await first.ask() == [200]

        shared.lost, vendor.reply = False, DOWN
        await first.ask(2)
        assert await second.ask() == [CircuitOpen]

    run(main())


def test_an_operators_order_holds_everywhere_until_it_ends() -> None:
    async def main() -> None:
        vendor = Vendor(OK)
        shared, (first, second, third) = company(vendor)
        await first.ask()
        told = await second.page("POST", {"state": "open", "seconds": 60, "reason": "moving house"})
        late = Process(shared, vendor)

        assert told["name"] == "crm"
        assert await first.ask() == await second.ask() == await third.ask() == [CircuitOpen]
        await late.ask()
        await settled()
        assert await late.ask() == [CircuitOpen]
        (seen,) = (await first.page("GET"))["breakers"]
        assert (seen["state"], seen["ordered"]["state"], seen["ordered"]["reason"]) == (
            "closed",
            "open",
            "moving house",
        )
        await asyncio.sleep(61)
        assert await first.ask() == await late.ask() == [200]

    run(main())


def test_a_circuit_that_is_held_closed_lets_everything_pass() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        _, (first, second, _) = company(vendor)
        await first.ask(2)
        await second.page("POST", {"state": "closed", "seconds": 60})
        assert await first.ask(10) == [502] * 10
        await second.page("POST", {"state": "auto"})
        assert await first.ask(3) == [502, 502, CircuitOpen]

    run(main())


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (msgspec.UNSET, "Expected `object`"),
        ({"state": "ajar"}, "Invalid enum value 'ajar'"),
        ({"state": "open", "seconds": 0}, "`float` > 0"),
        ({"state": "open", "until": 5}, "unknown field `until`"),
    ],
)
def test_an_order_that_is_none_is_refused(payload: Any, said: str) -> None:
    async def main() -> None:
        _, (first, *_) = company(Vendor())
        with pytest.raises(InvalidRequest) as refused:
            await first.page("POST", payload)
        assert said in refused.value.violations[0].detail

    run(main())


def test_what_is_no_circuit_has_no_orders() -> None:
    async def main() -> None:
        _, (first, *_) = company(Vendor())
        with pytest.raises(NoSuchEndpoint):
            await first.page("POST", {"state": "open"}, name="cms")

    run(main())
