"""The audit trail in the database: rows are added and read, never changed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select

from gateway.stored import Entry
from gateway.stores.database import Database
from gateway.stores.tables import audit


class SqlAudit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, entry: Entry) -> None:
        row = {**msgspec.structs.asdict(entry), "detail": msgspec.json.encode(entry.detail).decode()}
        async with self._database.write() as connection:
            await connection.execute(insert(audit), row)

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> Sequence[Entry]:
        asked = select(audit).where(audit.c.at >= since, audit.c.action.startswith(action, autoescape=True))
        async with self._database.read() as connection:
            rows = await connection.execute(asked.order_by(audit.c.at.desc(), audit.c.number.desc()).limit(most))
            return [_entry(row._mapping) for row in rows]


def _entry(row: Any) -> Entry:
    known = {name: value for name, value in row.items() if name not in {"number", "detail"}}
    return Entry(**known, detail=msgspec.json.decode(row["detail"]))
