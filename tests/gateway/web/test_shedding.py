"""Requests are turned away when turn after turn of the loop is late, and only then."""

import asyncio

from gateway.web.shedding import FEW, LATE, LOOK, PAUSE, QUIET, STANDING, Gate
from tests.kit import VirtualLoop, clock, run

MANY = FEW + 1


def spend(seconds: float) -> None:
    """The loop is busy for so long: nothing else runs meanwhile."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.elapsed += seconds


async def late_turns(gate: Gate, seconds: float, turn: float = 2 * LATE) -> list[bool]:
    """For so long, every turn takes too long; what a request heard that came at the end of each."""
    heard = []
    until = clock() + seconds
    while clock() < until:
        gate.turns_away(MANY)
        spend(LOOK + turn)
        heard.append(gate.turns_away(MANY))
        await asyncio.sleep(0)
    return heard


def test_as_long_as_the_loop_is_in_time_everybody_comes_in() -> None:
    async def main() -> None:
        gate = Gate(clock)
        for _ in range(1000):
            assert not gate.turns_away(10_000)
            await asyncio.sleep(LOOK / 3)

    run(main())


def test_when_turn_after_turn_is_late_those_are_turned_away_who_come_late_in_a_turn() -> None:
    async def main() -> None:
        gate = Gate(clock)
        heard = await late_turns(gate, 3 * STANDING)
        assert heard[0] is False
        assert heard[-1] is True
        assert not gate.turns_away(MANY)

    run(main())


def test_a_burst_and_a_pause_are_no_overload() -> None:
    async def main() -> None:
        gate = Gate(clock)
        assert not any(await late_turns(gate, 0.5 * STANDING))
        await asyncio.sleep(1)
        gate.turns_away(MANY)
        spend(0.9 * PAUSE)
        assert not gate.turns_away(MANY)

    run(main())


def test_a_single_turn_that_does_not_end_is_one() -> None:
    async def main() -> None:
        gate = Gate(clock)
        gate.turns_away(MANY)
        spend(1.1 * PAUSE + LOOK)
        assert gate.turns_away(MANY)

    run(main())


def test_a_few_requests_are_never_too_many() -> None:
    async def main() -> None:
        gate = Gate(clock)
        for _ in range(20):
            spend(1.0)
            assert not gate.turns_away(1)
            await asyncio.sleep(0)

    run(main())


def test_one_turn_in_time_ends_it() -> None:
    async def main() -> None:
        gate = Gate(clock)
        assert (await late_turns(gate, 3 * STANDING))[-1]
        await asyncio.sleep(2 * LOOK)
        spend(LOOK + 2 * LATE)
        assert not gate.turns_away(MANY)

    run(main())


def test_without_requests_nobody_looks_at_the_clock() -> None:
    async def main() -> None:
        gate = Gate(clock)
        gate.turns_away(MANY)
        await asyncio.sleep(LOOK * (QUIET + 3))
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        assert not loop._scheduled  # type: ignore[attr-defined]  # nothing but the loop knows
        assert not gate.turns_away(MANY)

    run(main())
