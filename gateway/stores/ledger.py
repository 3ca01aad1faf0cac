"""The ledger in the database: sums that only grow, each batch of them exactly once."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from gateway.stored import NAMES_OF, By, Charge
from gateway.stores.database import Database
from gateway.stores.tables import ledger, ledger_batches

KEPT = 86_400.0
"""Seconds for which a batch is known that was written: whoever is not sure about his has asked again long before."""
_KEY = ("day", "integration", "endpoint", "caller", "currency")


class SqlLedger:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, batch: str, at: float, charges: Sequence[Charge]) -> None:
        """Once, however often it is called for the same `batch`: whoever had no answer may try again."""
        rows = sorted((msgspec.structs.asdict(charge) for charge in charges), key=_in_turn)
        try:
            async with self._database.write(expected=IntegrityError) as connection:
                await connection.execute(insert(ledger_batches), {"id": batch, "at": at})
                await connection.execute(_grown(connection.dialect.name), rows)
                await connection.execute(delete(ledger_batches).where(ledger_batches.c.at < at - KEPT))
        except IntegrityError:
            return

    async def totals(self, since: str, by: By, integration: str = "") -> Sequence[Charge]:
        columns = [ledger.c[name] for name in (*NAMES_OF[by], "currency")]
        sums = func.sum(ledger.c.calls).label("calls"), func.sum(ledger.c.amount).label("amount")
        asked = select(*columns, *sums).where(ledger.c.day >= since).group_by(*columns).order_by(*columns)
        if integration:
            asked = asked.where(ledger.c.integration == integration)
        async with self._database.write() as connection:  # a replica may not have what this process wrote just now
            return [_charge(row._mapping) for row in await connection.execute(asked)]


def _in_turn(row: Mapping[str, Any]) -> tuple[str, ...]:
    """All processes change rows in the same order, so that none waits for another that waits for it."""
    return tuple(row[name] for name in _KEY)


def _grown(dialect: str) -> Any:
    """Adds to what is there; SQLAlchemy has a form of it for each database."""
    row: Any = postgresql.insert(ledger) if dialect == "postgresql" else sqlite.insert(ledger)
    sums = {name: ledger.c[name] + row.excluded[name] for name in ("calls", "amount")}
    return row.on_conflict_do_update(index_elements=_KEY, set_=sums)


def _charge(row: RowMapping) -> Charge:
    return Charge(**{**row, "calls": int(row["calls"]), "amount": int(row["amount"])})  # PostgreSQL's sums are decimals
