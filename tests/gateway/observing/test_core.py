"""Requests are told of after they are answered, in order, all of them, to everybody."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from gateway import Finished
from gateway.observing import Observing
from gateway.observing.core import MOST
from tests.gateway.observing.records import finished
from tests.kit import run


class Heard:
    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, batch: Sequence[Finished]) -> None:
        self.batches.append([one.correlation_id for one in batch])


def test_nothing_is_told_on_the_path_of_a_request_and_everything_soon_after() -> None:
    heard = Heard()

    async def main() -> None:
        observing = Observing([heard])
        for number in range(3):
            observing.add(finished(correlation_id=str(number)))
        assert heard.batches == []
        await asyncio.sleep(0.1)

    run(main())
    assert heard.batches == [["0", "1", "2"]]


def test_many_are_told_in_order_and_in_batches_between_which_others_get_their_turn() -> None:
    heard = Heard()

    async def main() -> None:
        observing = Observing([heard])
        for number in range(3 * MOST + 1):
            observing.add(finished(correlation_id=str(number)))
        await asyncio.sleep(0.1)

    run(main())
    assert [len(batch) for batch in heard.batches] == [MOST, MOST, MOST, 1]
    assert [one for batch in heard.batches for one in batch] == [str(number) for number in range(3 * MOST + 1)]


def test_those_that_come_while_others_are_told_are_told_too() -> None:
    heard = Heard()

    async def main() -> None:
        observing = Observing([heard])
        for number in range(5):
            observing.add(finished(correlation_id=str(number)))
            await asyncio.sleep(0.1)

    run(main())
    assert heard.batches == [["0"], ["1"], ["2"], ["3"], ["4"]]


def test_an_observer_that_fails_is_logged_and_the_next_one_is_told(caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()

    def broken(batch: Sequence[Finished]) -> None:
        raise RuntimeError("no")

    async def main() -> None:
        observing = Observing([broken, heard])
        observing.add(finished())
        observing.close()

    with caplog.at_level(logging.ERROR, "gateway"):
        run(main())
    assert heard.batches == [["c-1"]]
    assert "1 requests could not be told of" in caplog.text
