"""What was charged and is not written yet: added up in memory, and written in batches that nothing can double or lose.

A batch keeps its number until the database has said that it has it. One whose answer was lost is written again under
the same number, and counts once.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec

from gateway.errors import StoreUnavailable
from gateway.stored import NAMES_OF, By, Charge

logger = logging.getLogger("gateway")

EVERY = 1.0
"""Seconds between batches: what a process that is killed may owe."""
AGAIN = 5.0
"""Seconds until a database that does not answer is asked again."""
MOST = 50_000
"""Sums that wait for the database; beyond, callers are no longer told apart, and no money is lost."""
OTHERS = "(others)"

Key = tuple[str, str, str, str, str]
"""Day, integration, endpoint, caller and currency."""


class Kept(Protocol):
    """Where it is written."""

    async def add(self, batch: str, at: float, charges: Sequence[Charge]) -> None: ...
    async def totals(self, since: str, by: By, integration: str = "") -> Sequence[Charge]: ...


class Booking:
    """The Ledger of a process. While `used` is false its config needs no database, and nothing was charged."""

    def __init__(self, kept: Kept, now: Callable[[], float] = time.time, most: int = MOST) -> None:
        self._kept = kept
        self._now = now
        self._most = most
        self.used = True
        self._waiting: dict[Key, list[int]] = {}
        self._batch: tuple[str, Sequence[Charge]] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def book(self, charge: Charge) -> None:
        caller = charge.caller
        key = (charge.day, charge.integration, charge.endpoint, caller, charge.currency)
        sums = self._waiting.get(key)
        if sums is None:
            if len(self._waiting) >= self._most:
                key = (charge.day, charge.integration, charge.endpoint, OTHERS, charge.currency)
            sums = self._waiting.setdefault(key, [0, 0])
        sums[0] += charge.calls
        sums[1] += charge.amount
        if self._timer is None and self._writing is None:
            self._timer = asyncio.get_running_loop().call_later(EVERY, self._begin)

    async def totals(self, since: str, by: By, integration: str = "") -> Sequence[Charge]:
        if not self.used:
            return ()
        async with self._one_at_a_time:  # nothing moves from here to there while both are looked at
            if self._batch is not None:
                await self._write()  # nobody knows whether it is there
            found = await self._kept.totals(since, by, integration)
            here = [one for one in _charges(self._waiting) if one.day >= since and integration in {"", one.integration}]
            return _summed([*found, *here], by)

    async def close(self) -> None:
        """Writes what there is. What the database does not take goes to the log, so that somebody can enter it."""
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
        if self._timer is not None:  # set again by what failed
            self._timer.cancel()
            self._timer = None
        try:
            async with self._one_at_a_time:
                await self._write()
                await self._write()
        except StoreUnavailable as error:
            batch = self._batch[1] if self._batch is not None else ()
            lost = _summed([*batch, *_charges(self._waiting)], None)
            logger.error("costs are not in the ledger, %s: %s", error.detail, msgspec.json.encode(lost).decode())  # noqa: TRY400

    def _begin(self) -> None:
        self._timer = None
        self._writing = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        again = EVERY
        try:
            async with self._one_at_a_time:
                await self._write()
        except StoreUnavailable as error:
            again = AGAIN
            logger.warning("costs wait to be written: %s", error.detail)
        finally:
            self._writing = None
        if self._waiting or self._batch is not None:
            self._timer = asyncio.get_running_loop().call_later(again, self._begin)

    async def _write(self) -> None:
        """The batch that is under way, else a new one. Raises StoreUnavailable."""
        if self._batch is None:
            if not self._waiting:
                return
            waiting, self._waiting = self._waiting, {}
            self._batch = secrets.token_hex(12), _charges(waiting)
        number, charges = self._batch
        await self._kept.add(number, self._now(), charges)
        self._batch = None


def _charges(sums: dict[Key, list[int]]) -> list[Charge]:
    return [
        Charge(day=day, integration=at, endpoint=name, caller=who, currency=currency, calls=calls, amount=amount)
        for (day, at, name, who, currency), (calls, amount) in sums.items()
    ]


def _summed(charges: Iterable[Charge], by: By | None) -> list[Charge]:
    """By what was asked for and by currency; with None by everything."""
    names = ("day", "integration", "endpoint", "caller") if by is None else NAMES_OF[by]
    sums: dict[tuple[str, ...], list[int]] = {}
    for charge in charges:
        one = sums.setdefault((*(getattr(charge, name) for name in names), charge.currency), [0, 0])
        one[0] += charge.calls
        one[1] += charge.amount
    return [
        Charge(**dict(zip((*names, "currency"), key, strict=True)), calls=calls, amount=amount)
        for key, (calls, amount) in sorted(sums.items())
    ]
