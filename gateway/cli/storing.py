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
    from gateway.stores.revisions import prepare
    from gateway.stores.standing import OtherRevision

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

    loaded = _loaded(Path(config))

    async def main() -> T:
        database = Database(loaded.config.server.storage)
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
    finally:
        loaded.close()


def _loaded(config: Path) -> Loaded:
    """Says the problems of a config that has any; references without value are none here.

    Sources of secrets on other machines are asked only where the database's address comes from there.
    """
    registry = discover()
    try:
        loaded = load(config, registry, os.environ, lenient_secrets=True)
        if not loaded.source.is_unset(_STORAGE):
            return loaded
        return load(config, registry, os.environ, lenient_secrets=True, ask=True)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
