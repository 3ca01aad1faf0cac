"""A budget: what may be spent in a day or a month, warned of before it is used up, and held to where that is wished.

What is known of it is the highest of three: what the ledger says, which outlives restarts; what the other processes
have added to the number that all share; and what this one has spent itself. Each decides by what it knows, and tells
the others a moment later: together they may go beyond by what they spend in that moment.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta

from gateway import Kit, NotShared, Percentage, Settings
from gateway.auditing import noted
from gateway.errors import StoreUnavailable
from gateway_policies.cost_price import UNIT, written

logger = logging.getLogger("gateway")

SHARING = 0.2
"""Seconds until the others are told what was spent."""
FRESH = 1.0
"""Seconds for which what the others told is good enough."""
AGAIN = 5.0
"""Seconds until a ledger that did not answer is asked again."""


class Budget(Settings, frozen=True, kw_only=True):
    """What may be spent."""

    amount: Annotated[
        float, Meta(gt=0, le=1_000_000_000, description="How much may be spent, in `currency`.", examples=[500])
    ]
    per: Annotated[
        Literal["month", "day"],
        Meta(description="When it begins anew: each month or each day, by UTC.", examples=["day"]),
    ] = "month"
    warn: Annotated[
        Percentage, Meta(description="The share at which the log and the audit trail say so.", examples=["90%"])
    ] = Percentage(0.8)
    stop: Annotated[
        bool,
        Meta(
            description="Whether calls are refused with 429 once it is used up, until the next begins. What the cache "
            "has is given all the same.",
            examples=[True],
        ),
    ] = False
    by: Annotated[
        Literal["integration", "endpoint", "caller"],
        Meta(
            description="Who has it: all that is asked of the integration together, each endpoint, or each caller of "
            "the integration.",
            examples=["caller"],
        ),
    ] = "integration"


def period(per: Literal["month", "day"], now: float) -> tuple[str, float]:
    """The day on which the period of `now` began, and when it ends, in seconds since 1970."""
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = day.replace(day=1) if per == "month" else day
    following = (first + timedelta(days=32)).replace(day=1) if per == "month" else first + timedelta(days=1)
    return first.strftime("%Y-%m-%d"), following.timestamp()


class Spending:
    """What was spent of one budget in its present period."""

    def __init__(self, kit: Kit, integration: str, currency: str, budget: Budget) -> None:
        self._kit = kit
        self._integration, self._currency, self._budget = integration, currency, budget
        self._limit = round(budget.amount * UNIT)
        self._owner = secrets.token_hex(8)
        self._tasks: set[asyncio.Task[None]] = set()
        about = "The share of a budget that is used, the highest of those who have one"
        labels = ("integration", "currency", "per", "by")
        gauge = kit.metrics.gauge("gateway_budget_used_ratio", about, labels, across="max")
        self._used = gauge.labels(integration, currency, budget.per, budget.by)
        self.since, self.until = "", 0.0
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._untold: dict[str, int] = {}
        self._asked: dict[str, float] = {}
        self._lacking: dict[str, float] = {}
        self._highest = 0
        self._is_read, self._read_again = False, 0.0
        self._reading: asyncio.Task[None] | None = None
        self._sharing: asyncio.TimerHandle | None = None
        self._used.set(0)

    @property
    def wait(self) -> float:
        """Seconds until the next period begins."""
        return self.until - self._kit.now()

    def left(self, who: str) -> bool:
        return self._known.get(who, 0) < self._limit

    def looked_up(self, who: str) -> "asyncio.Task[None] | None":
        """What whoever wants to know should wait for a little; None where enough is known."""
        if self._kit.now() >= self.until:
            self.since, self.until = period(self._budget.per, self._kit.now())
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

    def spend(self, who: str, amount: int) -> bool:
        """Whether it is with this that a warning is due."""
        self.looked_up(who)
        before = self._known.get(who, 0)
        self._learn(who, before + amount)
        if not self._kit.shared.alone:
            self._untold[who] = self._untold.get(who, 0) + amount
            if self._sharing is None:
                self._sharing = asyncio.get_running_loop().call_later(SHARING, self._share)
        due = self._limit * self._budget.warn
        return before < due <= before + amount

    def warn(self, who: str) -> None:
        self._work(self._warn(who))

    def _learn(self, who: str, amount: int) -> None:
        if amount > self._known.get(who, 0):
            self._known[who] = amount
        if amount > self._highest:
            self._highest = amount
            self._used.set(amount / self._limit)

    async def _read(self) -> None:
        since, budget = self.since, self._budget
        try:
            found = await self._kit.stored.ledger.totals(since, budget.by, self._integration)
        except StoreUnavailable as error:
            logger.warning("what is spent of the budget of %s is not known: %s", self._integration, error.detail)
            self._reading, self._read_again = None, self._kit.clock() + AGAIN
            return
        if since == self.since:
            self._reading, self._is_read = None, True
            for one in found:
                if one.currency == self._currency:
                    self._learn(getattr(one, budget.by), one.amount)

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
        name = f"budget/{self._integration}/{self._currency}/{self._budget.by}/{since}/{who}"
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
        lacking = self._known.get(who, 0) - self._untold.get(who, 0) - total
        if lacking <= 0:
            self._lacking.pop(who, None)
            return 0
        clock = self._kit.clock()
        return lacking if clock - self._lacking.setdefault(who, clock) >= FRESH else 0

    async def _warn(self, who: str) -> None:
        """Once in a period, whoever of the processes sees it first."""
        budget, at = self._budget, self._integration
        name = f"budget/{at}/{self._currency}/{budget.by}/{self.since}/{who}/warned"
        try:
            first = await self._kit.shared.claim(name, self._owner, self.until - self._kit.now() + FRESH)
        except NotShared:
            first = True
        if first:
            limit = f"{written(self._limit)} {self._currency} per {budget.per}"
            logger.warning("%.0f%% of the budget of %s is used: %s, %s", budget.warn * 100, at, limit, who)
            detail = {"limit": limit, "by": budget.by, "of": who}
            await noted(self._kit.stored.audit, "budget.warned", at, who="gateway", **detail)

    def _work(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
