"""Events on their way out, in the database: given to one process at a time, gone when they arrived."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, insert, select, update

from gateway.stored import Delivery
from gateway.stores.database import Database
from gateway.stores.tables import outbox


class SqlOutbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, delivery: Delivery) -> None:
        async with self._database.write() as connection:
            await connection.execute(insert(outbox), msgspec.structs.asdict(delivery))

    async def due(self, now: float, until: float, most: int = 20) -> Sequence[Delivery]:
        """`until` is when somebody else may have it, should its holder die."""
        async with self._database.write() as connection:
            waiting = select(outbox.c.id).where(outbox.c.due_at <= now).order_by(outbox.c.due_at).limit(most)
            mine = update(outbox).where(outbox.c.id.in_(waiting.with_for_update(skip_locked=True)))
            rows = await connection.execute(mine.values(due_at=until).returning(outbox))
            return [Delivery(**row._mapping) for row in rows]

    async def later(self, which: str, due_at: float) -> None:
        async with self._database.write() as connection:
            change = update(outbox).where(outbox.c.id == which).values(due_at=due_at, tries=outbox.c.tries + 1)
            await connection.execute(change)

    async def done(self, which: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(outbox).where(outbox.c.id == which))
