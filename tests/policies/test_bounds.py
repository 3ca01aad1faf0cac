"""A bound behaves as asyncio.timeout does."""

import asyncio

import pytest

from gateway_policies.bounds import Bounds
from tests.kit import clock, run


def test_a_task_is_stopped_after_its_seconds_whatever_the_others_are_given() -> None:
    bounds = Bounds(5)

    async def bounded(seconds: float) -> float:
        began = clock()
        with pytest.raises(TimeoutError), bounds(seconds):
            await asyncio.sleep(60)
        return round(clock() - began, 3)

    async def main() -> list[float]:
        return list(await asyncio.gather(bounded(5), bounded(1), bounded(5)))

    assert run(main()) == [5, 1, 5]


def test_what_ends_in_time_is_left_alone() -> None:
    async def main() -> bool:
        bound = Bounds(5)(5)
        with bound:
            await asyncio.sleep(4)
        await asyncio.sleep(60)
        return bound.expired

    assert not run(main())


def test_a_client_that_leaves_is_no_timeout() -> None:
    bounds = Bounds(5)

    async def bounded() -> None:
        with bounds(5):
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(bounded())
        await asyncio.sleep(1)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        run(main())


def test_the_inner_of_two_bounds_does_not_end_the_outer() -> None:
    outer, inner = Bounds(5), Bounds(1)

    async def main() -> tuple[bool, float]:
        began = clock()
        bound = outer(5)
        with bound:
            with pytest.raises(TimeoutError), inner(1):
                await asyncio.sleep(60)
            await asyncio.sleep(3)
        return bound.expired, round(clock() - began, 3)

    assert run(main()) == (False, 4)


def test_a_failure_that_comes_with_the_end_of_time_stays_what_it_is() -> None:
    async def main() -> None:
        with Bounds(1)(1):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise KeyError from None

    with pytest.raises(KeyError):
        run(main())
