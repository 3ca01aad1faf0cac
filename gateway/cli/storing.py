"""What commands begin with that look into the store of a config."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig
from gateway.errors import StoreUnavailable
from gateway.loading import Loaded, load
from gateway.registry import discover

if TYPE_CHECKING:
    from gateway.stores import Database, SqlStore

T = TypeVar("T")

_STORAGE = ("server", "storage")

MISSING_EXIT = 69
"""EX_UNAVAILABLE: something that the gateway needs is not there."""


def with_store(config: str, work: "Callable[[SqlStore], Awaitable[T]]") -> T:
    """Makes the tables of an empty database; refuses one of another revision."""
    from gateway.stores import SqlStore
    from gateway.stores.revisions import OtherRevision, prepare

    async def prepared(database: "Database") -> T:
        try:
            await prepare(database)
        except OtherRevision as other:
            refuse(str(other), MISSING_EXIT)
        return await work(SqlStore(database))

    return with_database(config, prepared)


def with_database(config: str, work: "Callable[[Database], Awaitable[T]]") -> T:
    """Whatever its tables are; says why where it does not answer, and ends the command."""
    from gateway.stores import Database

    async def main() -> T:
        database = Database(_storage(Path(config)))
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(main())
    except StoreUnavailable as error:
        refuse(f"{error.detail}: look at `server.storage` in {config}", MISSING_EXIT)
    except ValueError as error:
        refuse(str(error))


def _storage(config: Path) -> str:
    """Says the problems of a config that has any; references without value are none here."""
    return _loaded(config, _STORAGE).config.server.storage


def _loaded(config: Path, *wanted: tuple[str, ...]) -> Loaded:
    """Sources of secrets on other machines are asked only where something that is wanted comes from there."""
    registry = discover()
    try:
        loaded = load(config, registry, os.environ, lenient_secrets=True)
        if not any(loaded.source.is_unset(path) for path in wanted):
            return loaded
        asked = load(config, registry, os.environ, lenient_secrets=True, ask=True)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
    asked.close()
    return asked
