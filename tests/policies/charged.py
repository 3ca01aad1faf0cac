"""A ledger for tests: what several processes have booked, and what is said when it is away."""

from collections.abc import Sequence
from typing import Any

from gateway.errors import StoreUnavailable
from gateway.plan.nowhere import NoStore
from gateway.stored import NAMES_OF, By, Charge, Ledger


class Books(NoStore):
    """A store with nothing but a ledger, which has all at once what is booked."""

    def __init__(self) -> None:
        self.charges: list[Charge] = []
        self.away = False
        self.asked = 0

    @property
    def ledger(self) -> Ledger:
        return self

    @property
    def spent(self) -> int:
        return sum(charge.amount for charge in self.charges)

    def book(self, charge: Charge) -> None:
        self.charges.append(charge)

    async def totals(self, since: str, by: By, integration: str = "") -> Sequence[Charge]:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("the database did not answer")
        sums: dict[tuple[str, str], int] = {}
        (name,) = NAMES_OF[by][-1:]
        for one in self.charges:
            if one.day >= since and integration in {"", one.integration}:
                key = getattr(one, name), one.currency
                sums[key] = sums.get(key, 0) + one.amount
        rows: list[dict[str, Any]] = [
            {name: whose, "currency": currency, "amount": amount} for (whose, currency), amount in sums.items()
        ]
        return [Charge(**row) for row in rows]
