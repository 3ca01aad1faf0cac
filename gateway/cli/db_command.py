"""`gateway db`: the tables of the store, made, brought to this version or back."""

import sys

import click

from gateway.cli import config_option
from gateway.cli.storing import with_database


@click.group("db")
def command() -> None:
    """Look after the database of `server.storage`: callers' keys, users' connections, the audit trail."""


@command.command("upgrade")
@config_option
def upgrade(config: str) -> None:
    """Bring the tables to this version. Does nothing where they are; makes them in an empty database."""
    from gateway.stores import revisions

    with_database(config, revisions.upgrade)


@command.command("downgrade", context_settings={"ignore_unknown_options": True})  # -1 is a revision
@click.argument("revision")
@config_option
def downgrade(revision: str, config: str) -> None:
    """Bring the tables back to REVISION, `-1` for one step; `base` drops them, with all that is in them."""
    from gateway.stores import revisions

    with_database(config, lambda database: revisions.downgrade(database, revision))


@command.command("check")
@config_option
def check(config: str) -> None:
    """Tell whether the database answers and has this version's tables; exit 1 where they are others."""
    from gateway.stores import revisions

    found = with_database(config, revisions.revision_of)
    click.echo(f"{found.state}: revision {found.found or 'none'}, this version has {found.wanted}")
    sys.exit(0 if found.state == "current" else 1)
