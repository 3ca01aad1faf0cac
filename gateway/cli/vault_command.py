"""`gateway vault`: the keys that users' tokens are sealed with, changed while gateways serve."""

import sys
import time
from typing import TYPE_CHECKING

import click
import msgspec

from gateway.auditing import noted, operator
from gateway.cli import config_option, json_option
from gateway.cli.working import with_kit

if TYPE_CHECKING:
    from gateway.contract import Kit
    from gateway.rotating import Census, Outcome

_PATIENCE = 1.0
"""Seconds after which people like to see that something happens."""


@click.group("vault")
def command() -> None:
    """Look after the keys that users' tokens are sealed with."""


@command.command("rotate")
@click.option("--status", is_flag=True, help="Tell how many records are sealed under which key, and change nothing.")
@click.option("--batch", default=100, show_default=True, type=click.IntRange(1, 10_000),
              help="How many records are changed in one transaction.")  # fmt: skip
@json_option
@config_option
def rotate(status: bool, batch: int, as_json: bool, config: str) -> None:
    """Seal every record anew with the vault's newest key, while gateways serve.

    It may be stopped and begun again. Exit 1 where records are left under another key, or cannot be opened.
    """
    from gateway import rotating

    if status:
        found = with_kit(config, lambda kit: rotating.census(kit, batch), vault=True)
        _tell(found, as_json=as_json)
        return

    async def work(kit: "Kit") -> "tuple[Outcome, Census]":
        shown = Shown()
        try:
            outcome = await rotating.rotate(kit, batch, shown)
        finally:
            shown.end()
        await noted(kit.stored.audit, "vault.rotated", outcome.seals, who=operator(), changed=outcome.changed)
        return outcome, await rotating.census(kit, batch)

    outcome, left = with_kit(config, work, vault=True)
    _tell(left, as_json=as_json)
    click.echo(f"{outcome.changed} records sealed anew with `{outcome.seals}`", err=True)
    for one in outcome.unreadable:
        click.echo(f"the connection {one} does not open with any key of this vault", err=True)
    sys.exit(1 if left.stale else 0)


class Shown:
    """How far it is, on a terminal, once it takes long."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._told = False

    def __call__(self, done: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - self._begun > _PATIENCE:
            self._told = True
            click.echo(f"\r{done} records sealed anew", err=True, nl=False)

    def end(self) -> None:
        if self._told:
            click.echo("\r" + " " * 60 + "\r", err=True, nl=False)


def _tell(census: "Census", *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(census))
        return
    keys = {census.seals: 0} | dict(census.keys)
    width = max(map(len, keys))
    for key, number in keys.items():
        click.echo(f"{key:<{width}}  {number} records{'  (seals)' if key == census.seals else ''}")
