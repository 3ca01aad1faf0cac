"""Whatever the clocks on the wall say, and however they are set while it is open, a circuit keeps its time."""

import asyncio

import msgspec
import pytest

from gateway.sharing import Memory
from gateway_policies import breaker
from tests.kit import clock, kit, pipeline, run, site
from tests.policies.test_breaker_sharing import DOWN, OK, SETTINGS, Process, Vendor

HOUR = 3600.0


class Wall:
    """A clock that somebody sets."""

    def __init__(self, at: float = 0.0) -> None:
        self.step = at

    def __call__(self) -> float:
        return 1_800_000_000.0 + clock() + self.step


class Elsewhere(Process):
    """A process on a machine whose clock on the wall is its own."""

    def __init__(self, shared: Memory, vendor: Vendor, wall: Wall) -> None:
        self.kit = msgspec.structs.replace(kit(shared=shared), now=wall)
        self.handler = pipeline(breaker.policy, SETTINGS, vendor, at=site(), using=self.kit)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_clock_that_is_set_while_a_circuit_is_open_changes_nothing(step: float) -> None:
    async def main() -> None:
        wall, vendor = Wall(), Vendor(DOWN)
        process = Elsewhere(Memory(clock), vendor, wall)
        await process.ask(2)
        wall.step = step
        await asyncio.sleep(29)
        await process.ask()
        assert vendor.asked == 2

        vendor.reply = OK
        await asyncio.sleep(2)
        assert await process.ask() == [200]

    run(main())


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_processes_whose_clocks_differ_open_for_the_same_time(ahead: float) -> None:
    async def main() -> None:
        shared, vendor = Memory(clock, alone=False), Vendor(DOWN)
        one, other = Elsewhere(shared, vendor, Wall()), Elsewhere(shared, vendor, Wall(ahead))
        vendor.reply = OK
        await other.ask()
        vendor.reply = DOWN
        await one.ask(2)
        await asyncio.sleep(29)
        asked = vendor.asked
        await other.ask()
        assert vendor.asked == asked

        vendor.reply = OK
        await asyncio.sleep(2)
        assert await other.ask() == [200]

    run(main())


def test_a_late_comer_whose_clock_is_ahead_sends_one_probe_too_early_and_no_more() -> None:
    async def main() -> None:
        shared, vendor = Memory(clock, alone=False), Vendor(DOWN)
        await Elsewhere(shared, vendor, Wall()).ask(2)
        late = Elsewhere(shared, vendor, Wall(HOUR))
        await late.ask(1)
        await asyncio.sleep(1)
        asked = vendor.asked
        await late.ask(50)

        assert vendor.asked - asked <= 1

    run(main())
