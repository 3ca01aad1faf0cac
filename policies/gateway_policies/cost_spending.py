"""What was spent in a month or a day, as far as a process can know.

It is the highest of three: what the ledger says, which outlives restarts; what the other processes have added to the
number that all share; and what this one has spent itself. Each tells the others a moment later: together they may go
beyond a budget by what they spend in that moment.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from gateway import Kit, NotShared
from gateway.errors import StoreUnavailable

logger = logging.getLogger("gateway")

Per = Literal["month", "day"]
Whose = Literal["integration", "endpoint", "caller"]

SHARING = 0.2
"""Seconds until the others are told what was spent."""
FRESH = 1.0
"""Seconds for which what the others told is good enough."""
AGAIN = 5.0
"""Seconds until a ledger that did not answer is asked again."""


def whose(by: Whose, integration: str, endpoint: str, caller: str) -> str:
    """Who it is that has a budget by this."""
    return {"integration": integration, "endpoint": endpoint, "caller": caller}[by]


def period(per: Per, now: float) -> tuple[str, float]:
    """The day on which the period of `now` began, and when it ends, in seconds since 1970."""
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = day.replace(day=1) if per == "month" else day
    following = (first + timedelta(days=32)).replace(day=1) if per == "month" else first + timedelta(days=1)
    return first.strftime("%Y-%m-%d"), following.timestamp()


class Spending:
    """What was spent in the present month or day, by whoever has a budget of his own."""

    def __init__(self, kit: Kit, integration: str, currency: str, per: Per, by: Whose) -> None:
        self._kit = kit
        self._integration, self._currency, self._per, self._by = integration, currency, per, by
        self._owner = secrets.token_hex(8)
        self._tasks: set[asyncio.Task[None]] = set()
        self.since, self.until = "", 0.0
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._untold: dict[str, int] = {}
        self._asked: dict[str, float] = {}
        self._lacking: dict[str, float] = {}
        self.highest = 0
        self._is_read, self._read_again = False, 0.0
        self._reading: asyncio.Task[None] | None = None
        self._sharing: asyncio.TimerHandle | None = None

    @property
    def wait(self) -> float:
        """Seconds until the next period begins."""
        return self.until - self._kit.now()

    def known(self, who: str) -> int:
        return self._known.get(who, 0)

    def looked_up(self, who: str) -> "asyncio.Task[None] | None":
        """What whoever wants to know should wait for a little; None where enough is known."""
        if self._kit.now() >= self.until:
            self.since, self.until = period(self._per, self._kit.now())
            self._forget()
        clock = self._kit.clock()
        if not self._is_read and self._reading is None and clock >= self._read_again:
            self._reading = self._work(self._read())
        if self._kit.shared.alone or self._asked.get(who, -FRESH) > clock - FRESH:
            return self._reading
        first = who not in self._asked
        self._asked[who] = clock
        asking = self._work(self._ask(who))
        return asking if first else self._reading

    def spend(self, who: str, amount: int) -> None:
        self.looked_up(who)
        self._learn(who, self.known(who) + amount)
        if not self._kit.shared.alone:
            self._untold[who] = self._untold.get(who, 0) + amount
            if self._sharing is None:
                self._sharing = asyncio.get_running_loop().call_later(SHARING, self._share)

    def _learn(self, who: str, amount: int) -> None:
        if amount > self.known(who):
            self._known[who] = amount
            self.highest = max(self.highest, amount)

    async def _read(self) -> None:
        since = self.since
        try:
            found = await self._kit.stored.ledger.totals(since, self._by, self._integration)
        except StoreUnavailable as error:
            logger.warning("what is spent of the budget of %s is not known: %s", self._integration, error.detail)
            self._reading, self._read_again = None, self._kit.clock() + AGAIN
            return
        if since == self.since:
            self._reading, self._is_read = None, True
            for one in found:
                if one.currency == self._currency:
                    self._learn(getattr(one, self._by), one.amount)

    def _share(self) -> None:
        self._sharing = None
        for who in list(self._untold):
            self._asked[who] = self._kit.clock()
            self._work(self._ask(who))

    async def _ask(self, who: str) -> None:
        """Tells the others what was spent here, and learns what they have spent."""
        if self._reading is not None:
            await asyncio.wait((self._reading,))
        since, untold, seconds = self.since, self._untold.pop(who, 0), self.until - self._kit.now() + FRESH
        name = f"budget/{self._integration}/{self._currency}/{self._per}/{self._by}/{since}/{who}"
        try:
            total = await self._kit.shared.add(name, untold, seconds)
            lacking = self._lacks(who, total)
            if lacking and await self._kit.shared.claim(f"{name}/lacking", self._owner, AGAIN):
                total = await self._kit.shared.add(name, lacking, seconds)
        except NotShared:
            if since == self.since:
                self._untold[who] = self._untold.get(who, 0) + untold
            return
        if since == self.since:
            self._learn(who, total + self._untold.get(who, 0))

    def _lacks(self, who: str, total: int) -> int:
        """By how much the number that all share is too low, since it is new or was lost. It has to stay so for a
        while: what another process has spent may be in the ledger before it is told.
        """
        lacking = self.known(who) - self._untold.get(who, 0) - total
        if lacking <= 0:
            self._lacking.pop(who, None)
            return 0
        clock = self._kit.clock()
        return lacking if clock - self._lacking.setdefault(who, clock) >= FRESH else 0

    def _work(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class Spendings:
    """All that is added up of one integration in one currency: what any endpoint is charged counts for each."""

    def __init__(self, kit: Kit, integration: str, currency: str) -> None:
        self._kit = kit
        self._integration, self._currency = integration, currency
        self._each: dict[tuple[Per, Whose], Spending] = {}

    def of(self, per: Per, by: Whose) -> Spending:
        found = self._each.get((per, by))
        if found is None:
            found = self._each[per, by] = Spending(self._kit, self._integration, self._currency, per, by)
        return found

    def spend(self, endpoint: str, caller: str, amount: int) -> None:
        for (_, by), spending in self._each.items():
            spending.spend(whose(by, self._integration, endpoint, caller), amount)
