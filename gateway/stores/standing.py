"""Whether the tables are those of this version: asked at each start, without alembic, which only a change needs."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from gateway.stores.database import Database

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_KEPT_IN = "alembic_version"


class OtherRevision(Exception):
    """The tables are not those of this version; the message names the command that mends it."""


def newest() -> str:
    """This version's revision, by the name of its file: `0003` is r0003_….py."""
    return max(file.name for file in _VERSIONS.glob("r*_*.py"))[1:].partition("_")[0]


async def current(database: Database) -> bool:
    """False where there are none yet, too. Raises StoreUnavailable."""
    async with database.write() as connection:
        return await connection.run_sync(_current)


def _current(connection: Connection) -> bool:
    if not inspect(connection).has_table(_KEPT_IN):
        return False
    return [*connection.scalars(text(f"SELECT version_num FROM {_KEPT_IN}"))] == [newest()]  # noqa: S608 - our own word
