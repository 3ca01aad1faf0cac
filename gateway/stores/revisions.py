"""Which revision a database has, and the way to another one."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from gateway.stores.database import Database
from gateway.stores.standing import OtherRevision

_LOCK = 7_431_908_112
"""The advisory lock of whoever changes the tables of a PostgreSQL."""

State = Literal["empty", "current", "behind", "ahead"]


class Revision(msgspec.Struct, frozen=True):
    """`found` is None for a database without our tables; `wanted` is this version's."""

    state: State
    found: str | None
    wanted: str


async def revision_of(database: Database) -> Revision:
    """Raises StoreUnavailable."""
    async with database.write() as connection:
        return await connection.run_sync(_revision)


async def prepare(database: Database) -> None:
    """Makes the tables where there are none. Raises OtherRevision, and StoreUnavailable."""
    async with database.write() as connection:
        await connection.run_sync(_prepare)


async def upgrade(database: Database, to: str = "head") -> None:
    """To that revision, or to this version's; does nothing where it is there already."""
    await _run(database, lambda config: command.upgrade(config, to))


async def downgrade(database: Database, to: str) -> None:
    """Back to that revision, or by so many (`-1`); `base` leaves no tables. Raises ValueError for an unknown one."""
    await _run(database, lambda config: command.downgrade(config, to))


def _prepare(connection: Connection) -> None:
    _lock(connection)
    revision = _revision(connection)
    if revision.state == "empty":
        command.upgrade(_config(connection), "head")
    elif revision.state == "behind":
        raise OtherRevision(f"the database has revision {revision.found}: run `gateway db upgrade` ({revision.wanted})")
    elif revision.state == "ahead":
        raise OtherRevision(
            f"the database has revision {revision.found}, of a newer gateway: run that one, "
            f"or with it `gateway db downgrade {revision.wanted}`"
        )


def _revision(connection: Connection) -> Revision:
    scripts = ScriptDirectory.from_config(_config(connection))
    wanted = scripts.get_current_head() or ""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        return Revision("empty", None, wanted)
    known = {script.revision for script in scripts.walk_revisions()}
    state: State = "current" if found == wanted else "behind" if found in known else "ahead"
    return Revision(state, found, wanted)


async def _run(database: Database, change: Callable[[Config], None]) -> None:
    def changed(connection: Connection) -> None:
        _lock(connection)
        change(_config(connection))

    try:
        async with database.write(expected=CommandError) as connection:
            await connection.run_sync(changed)
    except CommandError as error:
        raise ValueError(str(error)) from error


def _lock(connection: Connection) -> None:
    """Until the transaction ends: processes that start together take turns."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
