"""Users' connections in the database; the version of each is the authority over who may change it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.stored import Connection, Status
from gateway.stores.database import Database
from gateway.stores.tables import connections

_FREE = {"claimed_by": None, "claimed_until": None}


class SqlConnections:
    """Reads what matters for a decision from the primary: a replica may not have the newest tokens yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, which: str) -> Connection | None:
        return await self._one(connections.c.id == which)

    async def find(self, provider: str, user: str) -> Connection | None:
        return await self._one((connections.c.provider == provider) & (connections.c.user == user))

    async def every(
        self, *, user: str | None = None, provider: str | None = None, after: str = "", most: int = 100
    ) -> Sequence[Connection]:
        asked = select(connections).where(connections.c.id > after).order_by(connections.c.id).limit(most)
        if user is not None:
            asked = asked.where(connections.c.user == user)
        if provider is not None:
            asked = asked.where(connections.c.provider == provider)
        async with self._database.read() as connection:
            return [_connection(row) for row in await connection.execute(asked)]

    async def counted(self) -> Mapping[tuple[str, Status], int]:
        kinds = (connections.c.provider, connections.c.status)
        async with self._database.read() as connection:
            rows = await connection.execute(select(*kinds, func.count()).group_by(*kinds))
            return {(provider, status): number for provider, status, number in rows}

    async def add(self, connection: Connection) -> bool:
        try:
            async with self._database.write(expected=IntegrityError) as transaction:
                await transaction.execute(insert(connections), _row(connection))
        except IntegrityError:
            return False
        return True

    async def replace(self, connection: Connection, version: int) -> bool:
        same = (connections.c.id == connection.id) & (connections.c.version == version)
        async with self._database.write() as transaction:
            changed = await transaction.execute(update(connections).where(same).values(**_row(connection), **_FREE))
        return bool(changed.rowcount)

    async def reseal(self, changes: Sequence[tuple[str, int, bytes]]) -> int:
        changed = 0
        async with self._database.write() as transaction:
            for which, version, sealed in changes:
                same = (connections.c.id == which) & (connections.c.version == version)
                done = await transaction.execute(update(connections).where(same).values(sealed=sealed))
                changed += done.rowcount
        return changed

    async def claim(self, which: str, version: int, owner: str, now: float, until: float) -> bool:
        columns = connections.c
        free = columns.claimed_until.is_(None) | (columns.claimed_until <= now) | (columns.claimed_by == owner)
        mine = (columns.id == which) & (columns.version == version) & free
        async with self._database.write() as transaction:
            claimed = await transaction.execute(
                update(connections).where(mine).values(claimed_by=owner, claimed_until=until)
            )
        return bool(claimed.rowcount)

    async def release(self, which: str, owner: str) -> None:
        his = (connections.c.id == which) & (connections.c.claimed_by == owner)
        async with self._database.write() as transaction:
            await transaction.execute(update(connections).where(his).values(**_FREE))

    async def remove(self, which: str) -> bool:
        async with self._database.write() as transaction:
            gone = await transaction.execute(delete(connections).where(connections.c.id == which))
        return bool(gone.rowcount)

    async def _one(self, which: Any) -> Connection | None:
        async with self._database.write() as transaction:
            found = (await transaction.execute(select(connections).where(which))).one_or_none()
        return None if found is None else _connection(found)


def _row(connection: Connection) -> dict[str, Any]:
    return {**msgspec.structs.asdict(connection), "scopes": msgspec.json.encode(connection.scopes).decode()}


def _connection(row: Row[Any]) -> Connection:
    scopes = msgspec.json.decode(row.scopes, type=tuple[str, ...])
    fields = {name: row._mapping[name] for name in Connection.__struct_fields__}
    return Connection(**{**fields, "scopes": scopes})
