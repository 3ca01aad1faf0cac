"""`gateway audit`: who did what to the gateway, when, and from where."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from gateway.cli import config_option, json_option
from gateway.cli.reporting import refuse
from gateway.cli.storing import with_store
from gateway.stored import Entry
from gateway.units import Duration

if TYPE_CHECKING:
    from gateway.stores import SqlStore


@click.command("audit")
@click.option("--since", metavar="DURATION", default="24h", show_default=True, help="How far back, such as `30d`.")
@click.option("--action", metavar="WORD", default="", help="Only what begins with it, such as `key.` or `vault.`.")
@click.option("--most", default=1000, show_default=True, type=click.IntRange(1, 100_000), help="No more than so many.")
@json_option
@config_option
def command(since: str, action: str, most: int, as_json: bool, config: str) -> None:
    """List what was done to the gateway, the newest first: keys, connections, circuits, the cache, config and vault.

    The trail is in the database of `server.storage`. A gateway whose config needs no database has none.
    """
    try:
        begins = time.time() - float(Duration.parse(since))
    except ValueError as wrong:
        refuse(str(wrong))

    async def work(store: "SqlStore") -> list[Entry]:
        return list(await store.audit.every(since=begins, action=action, most=most))

    entries = with_store(config, work)
    if as_json:
        click.echo(msgspec.json.encode(entries))
        return
    for entry in entries:
        at = datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        detail = " ".join(f"{name}={_shown(value)}" for name, value in entry.detail.items())
        click.echo(f"{at}  {entry.action:<20}  {entry.target}  by {entry.who}{_from(entry)}  {detail}".rstrip())


def _from(entry: Entry) -> str:
    return f" from {entry.address}" if entry.address and entry.address != entry.who else ""


def _shown(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
