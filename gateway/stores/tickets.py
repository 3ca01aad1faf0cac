"""Single-use tickets in the database: a row that is deleted by whoever takes it."""

from sqlalchemy import delete, insert, select

from gateway.stores.database import Database
from gateway.stores.tables import tickets

LONGEST = 3600.0
"""Seconds for which a ticket is good at most."""


class SqlTickets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, kind: str, digest: bytes, payload: bytes, until: float) -> None:
        row = {"kind": kind, "digest": digest, "payload": payload, "until": until}
        async with self._database.write() as connection:
            await connection.execute(insert(tickets), row)
            await connection.execute(delete(tickets).where(tickets.c.until <= until - LONGEST))  # all of them are over

    async def read(self, kind: str, digest: bytes, now: float) -> bytes | None:
        valid = (tickets.c.kind == kind) & (tickets.c.digest == digest) & (tickets.c.until > now)
        async with self._database.write() as connection:
            return (await connection.execute(select(tickets.c.payload).where(valid))).scalar_one_or_none()

    async def take(self, kind: str, digest: bytes, now: float) -> bytes | None:
        """Looks first: whoever makes tickets up must not make the database write."""
        if await self.read(kind, digest, now) is None:
            return None
        mine = (tickets.c.kind == kind) & (tickets.c.digest == digest)
        async with self._database.write() as connection:
            taken = await connection.execute(delete(tickets).where(mine).returning(tickets.c.payload, tickets.c.until))
            found = taken.one_or_none()
            await connection.execute(delete(tickets).where(tickets.c.until <= now))  # what nobody came for
        return found.payload if found is not None and found.until > now else None
