"""What a vendor charges: added up by integration, endpoint, caller and day, and held to a budget.

    cost: {amount: 0.0075, currency: USD, budget: {amount: 500, per: month, stop: true}}

What counts is what the vendor charges for: each attempt that he answered and did not refuse, also where the answer
then does not help the caller. Answers from the cache, repeats of an answer and stubs cost nothing. An attempt without
an answer is not counted, since nobody knows.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from gateway import Call, Handler, Kit, Policy, Reply, Settings, Site, Stage
from gateway.errors import BudgetExhausted
from gateway.stored import Charge
from gateway_policies.cost_budget import Budget, Limit
from gateway_policies.cost_pages import PAGES
from gateway_policies.cost_price import UNIT, Price, Unclear, exact, from_answer, written
from gateway_policies.cost_spending import Spendings, whose

PATIENCE = 0.2
"""Seconds that a request waits to learn what was spent, where this process does not know yet."""


class Cost(Settings, frozen=True, kw_only=True):
    """What a call costs."""

    amount: Annotated[
        Annotated[float, Meta(ge=0, le=1_000_000)] | None,
        Meta(
            description="What each call costs, in `currency`; for vendors with a fixed price.",
            examples=[0.0075],
        ),
    ] = None
    path: Annotated[
        str | None,
        Meta(
            description="Where the vendor's answer tells what the call has cost, in JMESPath; instead of `amount`. "
            "Only for endpoints whose answers tell of a charge once: whoever asks for the same thing twice pays twice.",
            examples=["costBreakdown.total"],
        ),
    ] = None
    currency: Annotated[
        str,
        Meta(
            pattern="^[A-Z]{3}$",
            description="What the price is in, as three letters of ISO 4217.",
            examples=["USD"],
            extra_json_schema={"patternErrorMessage": "a currency is three capital letters, such as `USD`"},
        ),
    ]
    refusals: Annotated[
        bool,
        Meta(description="Whether the vendor charges for what he refuses too, with a 4xx or 5xx.", examples=[True]),
    ] = False
    budget: Annotated[
        Budget | None,
        Meta(
            description="What may be spent in a day or a month, in `currency`, on all endpoints of the integration.",
            examples=[{"amount": 500, "per": "month", "warn": "80%", "stop": True}],
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.amount is not None and self.path is not None:
            raise ValueError("say `amount` or `path`: a price that is fixed stands in no answer")
        if self.path is not None:
            from_answer(self.path)


def build(settings: Cost, site: Site, kit: Kit) -> Mapping[str, Stage]:
    """An endpoint that says neither what it costs nor where that stands costs nothing."""
    price = _price(settings, site)
    if price is None:
        return {}
    at, currency, budget = site.integration, settings.currency, settings.budget
    spendings = kit.keep(("spendings", at, currency), lambda: Spendings(kit, at, currency))
    if budget is None:
        return {"cost": _meter(settings, price, spendings, None, site=site, kit=kit)}
    spending = spendings.of(budget.per, budget.by)
    limit = kit.keep(("budget", at, currency, budget), lambda: Limit(kit, at, currency, budget, spending))
    meter = _meter(settings, price, spendings, limit, site=site, kit=kit)
    return {"cost": meter, "budget": _guard(budget, limit, site)} if budget.stop else {"cost": meter}


def _price(settings: Cost, site: Site) -> Price | None:
    if settings.amount is not None:
        fixed = exact(settings.amount)
        return lambda reply: fixed
    if settings.path is None:
        return None
    if site.operation.stream:
        raise ValueError("a streamed answer is not read: say `amount` instead of `path`")
    return from_answer(settings.path)


def _meter(settings: Cost, price: Price, spendings: Spendings, limit: Limit | None, *, site: Site, kit: Kit) -> Stage:
    integration, endpoint, currency = site.integration, site.operation.name, settings.currency
    labels = ("integration", "endpoint", "currency")
    counter = kit.metrics.counter("gateway_cost_total", "What vendors charged", labels)
    total = counter.labels(integration, endpoint, currency)
    refusals, by = settings.refusals, settings.budget.by if settings.budget else "integration"
    days = Days()

    def charge(call: Call, amount: int) -> None:
        who = call.caller.id
        total.inc(amount / UNIT)
        call.trail.note("cost.charged", amount=written(amount), currency=currency)
        spendings.spend(endpoint, who, amount)
        if limit is not None and limit.warned(whose(by, integration, endpoint, who)):
            call.trail.note("budget.warned", integration=integration)
        day = days.at(kit.now())
        row = Charge(day=day, integration=integration, endpoint=endpoint, caller=who, currency=currency, amount=amount)
        kit.stored.ledger.book(row)

    async def cost(call: Call, forward: Handler) -> Reply:
        reply = await forward(call)
        if reply.verdict is not None and not refusals:
            return reply
        try:
            amount = price(reply)
        except Unclear as unclear:
            call.trail.note("cost.unclear", reason=str(unclear))
            return reply
        charge(call, amount)
        return reply

    return cost


def _guard(settings: Budget, limit: Limit, site: Site) -> Stage:
    integration, endpoint, by = site.integration, site.operation.name, settings.by
    spending = limit.spending

    async def budget(call: Call, forward: Handler) -> Reply:
        who = whose(by, integration, endpoint, call.caller.id)
        known = spending.looked_up(who)
        if known is not None:
            await asyncio.wait((known,), timeout=PATIENCE)
        if not limit.left(who):
            wait = spending.wait
            call.trail.note("budget.refused", retry_after=wait)
            raise BudgetExhausted(f"the budget of this {settings.per} is spent", retry_after=wait)
        return await forward(call)

    return budget


class Days:
    """The day of a time, in UTC; most calls come on the same day as the one before."""

    def __init__(self) -> None:
        self._until = 0.0
        self._day = ""

    def at(self, now: float) -> str:
        if not self._until - 86_400 <= now < self._until:
            self._day = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
            self._until = (now // 86_400 + 1) * 86_400
        return self._day


policy = Policy(
    name="cost",
    settings=Cost,
    build=build,
    stores=True,
    pages=PAGES,
    description="What the vendor charges for a call; it is added up by integration, endpoint and caller.",
    examples=({"amount": 0.0075, "currency": "USD"},),
)
