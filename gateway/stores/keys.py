"""Callers' keys in the database."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, insert, select, update

from gateway.stored import Key
from gateway.stores.database import Database
from gateway.stores.tables import keys


class SqlKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: Key) -> None:
        async with self._database.write() as connection:
            await connection.execute(insert(keys), _row(key))

    async def find(self, which: str) -> Key | None:
        async with self._database.read() as connection:
            found = (await connection.execute(select(keys).where(keys.c.id == which))).one_or_none()
        return None if found is None else _key(found)

    async def every(self) -> Sequence[Key]:
        async with self._database.read() as connection:
            return [_key(row) for row in await connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id))]

    async def change(self, which: str, **fields: Any) -> bool:
        async with self._database.write() as connection:
            changed = await connection.execute(update(keys).where(keys.c.id == which).values(**fields))
        return bool(changed.rowcount)

    async def used(self, times: Mapping[str, float]) -> None:
        if not times:
            return
        newer = (keys.c.last_used_at.is_(None)) | (keys.c.last_used_at < bindparam("at"))
        statement = update(keys).where(keys.c.id == bindparam("which"), newer).values(last_used_at=bindparam("at"))
        async with self._database.write() as connection:
            await connection.execute(statement, [{"which": which, "at": at} for which, at in sorted(times.items())])


def _row(key: Key) -> dict[str, Any]:
    return {**msgspec.structs.asdict(key), "scopes": msgspec.json.encode(key.scopes).decode()}


def _key(row: Row[Any]) -> Key:
    scopes = msgspec.json.decode(row.scopes, type=tuple[str, ...])
    return Key(**{**row._mapping, "scopes": scopes})
