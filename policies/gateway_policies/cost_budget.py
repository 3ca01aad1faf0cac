"""A budget: what may be spent in a day or a month, warned of before it is used up, and held to where that is wished."""

import asyncio
import logging
import secrets
from typing import Annotated

from msgspec import Meta

from gateway import Kit, NotShared, Percentage, Settings
from gateway.auditing import noted
from gateway_policies.cost_price import UNIT, written
from gateway_policies.cost_spending import FRESH, Per, Spending, Whose

logger = logging.getLogger("gateway")


class Budget(Settings, frozen=True, kw_only=True):
    """What may be spent."""

    amount: Annotated[
        float, Meta(gt=0, le=1_000_000_000, description="How much may be spent, in `currency`.", examples=[500])
    ]
    per: Annotated[
        Per,
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
        Whose,
        Meta(
            description="Who has it: all that is asked of the integration together, each endpoint, or each caller of "
            "the integration.",
            examples=["caller"],
        ),
    ] = "integration"


class Limit:
    """One budget of an integration, held against what is spent."""

    def __init__(self, kit: Kit, integration: str, currency: str, budget: Budget, spending: Spending) -> None:
        self._kit, self.spending = kit, spending
        self._integration, self._currency, self._budget = integration, currency, budget
        self._amount = round(budget.amount * UNIT)
        self._owner = secrets.token_hex(8)
        self._warned: set[str] = set()
        self._since = ""
        self._tasks: set[asyncio.Task[None]] = set()
        about = "The share of a budget that is used, the highest of those who have one"
        labels = ("integration", "currency", "per", "by")
        gauge = kit.metrics.gauge("gateway_budget_used_ratio", about, labels, across="max")
        used = gauge.labels(integration, currency, budget.per, budget.by)
        what = f"budget/{integration}/{currency}/{budget.per}/{budget.by}"
        kit.metrics.at_scrape(what, lambda: used.set(spending.highest / self._amount))

    def left(self, who: str) -> bool:
        return self.spending.known(who) < self._amount

    def warned(self, who: str) -> bool:
        """Whether a warning was due now, after something was spent; it is given."""
        spending = self.spending
        if spending.since != self._since:
            self._since, self._warned = spending.since, set()
        if who in self._warned or spending.known(who) < self._amount * self._budget.warn:
            return False
        self._warned.add(who)
        task = asyncio.get_running_loop().create_task(self._warn(who))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _warn(self, who: str) -> None:
        """Once in a period, whoever of the processes sees it first."""
        budget, at, limit = self._budget, self._integration, f"{written(self._amount)} {self._currency}"
        name = f"budget/{at}/{budget.per}/{budget.by}/{self._since}/{who}/warned/{limit}"
        try:
            first = await self._kit.shared.claim(name, self._owner, self.spending.wait + FRESH)
        except NotShared:
            first = True
        if first:
            text = "%.0f%% of the budget of %s is used: %s per %s, %s"
            logger.warning(text, budget.warn * 100, at, limit, budget.per, who)
            detail = {"limit": limit, "per": budget.per, "by": budget.by, "of": who}
            await noted(self._kit.stored.audit, "budget.warned", at, who="gateway", **detail)
