"""What ends unless it is renewed is renewed in time; where it cannot be, the config is loaded anew."""

import asyncio
import math
from collections.abc import Callable, Sequence

import pytest

from gateway.leases import Leases


class Reader:
    """Tells when to come again; `lost` makes it raise instead."""

    def __init__(self, seconds: float = math.inf, *, lost: str = "") -> None:
        self.seconds = seconds
        self.lost = lost
        self.renewed = self.closed = 0

    def read(self, reference: str) -> str:
        return reference

    def renew(self) -> float:
        self.renewed += 1
        if self.lost:
            raise LookupError(self.lost)
        return self.seconds

    def close(self) -> None:
        self.closed += 1


async def never() -> Sequence[str]:
    raise AssertionError("nobody asked for a reload")


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0)


def test_each_is_renewed_when_the_first_of_them_has_to_be() -> None:
    async def main() -> None:
        soon, late = Reader(0.001), Reader(100.0)
        held = Leases()
        held.hold((soon, late))
        held.start(never)
        await until(lambda: soon.renewed >= 3 and late.renewed >= 3)
        await held.close()
        assert (soon.closed, late.closed) == (1, 1)

    asyncio.run(main())


def test_those_of_a_new_config_are_renewed_and_those_before_end_by_themselves() -> None:
    async def main() -> None:
        old, new = Reader(), Reader()
        held = Leases()
        held.hold((old,))
        held.start(never)
        await until(lambda: old.renewed == 1)
        await asyncio.to_thread(held.hold, (new,))
        await until(lambda: new.renewed == 1)
        await held.close()
        assert (old.renewed, old.closed, new.closed) == (1, 0, 1)

    asyncio.run(main())


def test_one_that_cannot_be_renewed_has_the_config_loaded_anew_until_that_helps(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        answers, fresh = iter([("vault is away",), ("vault is away",), ()]), Reader()

        async def reload() -> Sequence[str]:
            problems = next(answers)
            if not problems:
                held.hold((fresh,))
            return problems

        old = Reader(lost="it has ended")
        held = Leases(again=0.001)
        held.hold((old,))
        held.start(reload)
        await until(lambda: fresh.renewed)
        await held.close()
        assert old.renewed == 3

    asyncio.run(main())
    assert "a secret cannot be renewed, so the config is loaded anew: it has ended" in caplog.text


def test_without_secrets_that_end_nothing_is_done() -> None:
    async def main() -> None:
        held = Leases()
        held.start(never)
        await asyncio.sleep(0)
        await held.close()

    asyncio.run(main())
