"""Circuits in numbers, by the process that decides."""

import asyncio

import pytest

from gateway import Duration, Kit
from gateway.errors import UpstreamReset
from gateway.sharing import Memory
from gateway_policies.breaker_settings import Breaker
from tests.gateway.numbers import families, value
from tests.kit import clock, kit, run
from tests.policies.test_breaker import OK, Vendor, ask, circuit

BRIEF = Breaker(failures=2, recovery=Duration(30))


def states(world: Kit, name: str = "crm") -> list[float]:
    told = families(world)
    kinds = ("closed", "half-opened", "opened")
    return [value(told, "gateway_breaker_state", integration="crm", circuit=name, state=state) for state in kinds]


def test_the_state_of_each_circuit_that_is_declared_is_told_used_or_not() -> None:
    async def main() -> None:
        world = kit()
        vendor = Vendor(UpstreamReset())
        handler = circuit(vendor, BRIEF, world)
        assert states(world) == [1, 0, 0]

        await ask(handler, 2)
        assert states(world) == [0, 0, 1]

        await asyncio.sleep(31)
        vendor.outcome = OK
        await ask(handler)
        assert states(world) == [1, 0, 0]

    run(main())


def test_failures_and_changes_are_counted_and_the_time_for_which_it_was_open() -> None:
    async def main() -> None:
        world = kit()
        vendor = Vendor(UpstreamReset())
        handler = circuit(vendor, BRIEF, world)
        await ask(handler, 5)
        await asyncio.sleep(10)
        assert value(families(world), "gateway_breaker_open_seconds_total", integration="crm") == 10
        await asyncio.sleep(25)
        vendor.outcome = OK
        await ask(handler)
        await asyncio.sleep(100)

        told = families(world)
        assert value(told, "gateway_breaker_failures_total", integration="crm") == 2
        assert value(told, "gateway_breaker_open_seconds_total", integration="crm") == pytest.approx(35)
        changes = [("closed", "opened"), ("opened", "half-opened"), ("half-opened", "closed")]
        for before, after in changes:
            labels = {"integration": "crm", "from": before, "to": after}
            assert value(told, "gateway_breaker_transitions_total", **labels) == 1

    run(main())


def test_a_change_that_another_process_decided_is_not_counted_twice() -> None:
    async def main() -> None:
        shared = Memory(clock, alone=False)
        one, other = kit(shared=shared), kit(shared=shared)
        failing, idle = circuit(Vendor(UpstreamReset()), BRIEF, one), circuit(Vendor(), BRIEF, other)
        await ask(idle)
        await ask(failing, 2)
        await asyncio.sleep(1)

        assert states(one) == states(other) == [0, 0, 1]
        labels = {"integration": "crm", "from": "closed", "to": "opened"}
        assert value(families(one), "gateway_breaker_transitions_total", **labels) == 1
        assert value(families(other), "gateway_breaker_transitions_total", **labels) == 0
        assert value(families(other), "gateway_breaker_open_seconds_total", integration="crm") == 0

    run(main())
