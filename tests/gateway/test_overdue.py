"""One timer for everything that waits equally long."""

import asyncio

from gateway.overdue import Overdue
from tests.kit import clock, run


def test_what_stays_for_too_long_is_told_when_its_own_time_is_over() -> None:
    async def main() -> list[tuple[str, float]]:
        began, told = clock(), list[tuple[str, float]]()
        overdue: Overdue[str] = Overdue(5, lambda name: told.append((name, round(clock() - began, 3))))
        overdue.add("first")
        await asyncio.sleep(2)
        overdue.add("second")
        overdue.add("third")
        await asyncio.sleep(1)
        overdue.add("gone")
        await asyncio.sleep(1)
        overdue.discard("gone")
        await asyncio.sleep(60)
        return told

    assert run(main()) == [("first", 5), ("second", 7), ("third", 7)]


def test_who_is_told_may_add_and_discard() -> None:
    async def main() -> list[int]:
        told: list[int] = []

        def tell(number: int) -> None:
            told.append(number)
            overdue.discard(number)
            if number < 3:
                overdue.add(number + 1)

        overdue: Overdue[int] = Overdue(1, tell)
        overdue.add(1)
        await asyncio.sleep(60)
        return told

    assert run(main()) == [1, 2, 3]


def test_nothing_is_left_on_the_loop_when_nothing_waits() -> None:
    async def add_and_discard(overdue: Overdue[str]) -> None:
        overdue.add("a")
        overdue.discard("a")
        overdue.discard("a")

    overdue: Overdue[str] = Overdue(1, lambda _: None)
    run(add_and_discard(overdue))
    run(add_and_discard(overdue))  # another loop: a timer left behind would never fire there
