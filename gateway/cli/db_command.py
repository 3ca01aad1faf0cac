"""`gateway db`: the tables of the store, made, brought to this version or back."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from gateway.cli import config_option
from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig
from gateway.errors import StoreUnavailable
from gateway.loading import load
from gateway.registry import discover

if TYPE_CHECKING:
    from gateway.stores import Database

T = TypeVar("T")

MISSING_EXIT = 69
"""EX_UNAVAILABLE: something that the gateway needs is not there."""


@click.group("db")
def command() -> None:
    """Look after the database of `server.storage`: callers' keys, users' connections, the audit trail."""


@command.command("upgrade")
@config_option
def upgrade(config: str) -> None:
    """Bring the tables to this version. Does nothing where they are; makes them in an empty database."""
    from gateway.stores import revisions

    _run(config, revisions.upgrade)


@command.command("downgrade")
@click.argument("revision")
@config_option
def downgrade(revision: str, config: str) -> None:
    """Bring the tables back to REVISION, `-1` for one step; `base` drops them, with all that is in them."""
    from gateway.stores import revisions

    _run(config, lambda database: revisions.downgrade(database, revision))


@command.command("check")
@config_option
def check(config: str) -> None:
    """Tell whether the database answers and has this version's tables; exit 1 where they are others."""
    from gateway.stores import revisions

    found = _run(config, revisions.revision_of)
    click.echo(f"{found.state}: revision {found.found or 'none'}, this version has {found.wanted}")
    sys.exit(0 if found.state == "current" else 1)


def _run(config: str, work: "Callable[[Database], Awaitable[T]]") -> T:
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
    try:
        return load(config, discover(), os.environ, lenient_secrets=True).config.server.storage
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
