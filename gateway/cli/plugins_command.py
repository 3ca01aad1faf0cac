"""`gateway plugins`: what is loaded, built in or not, and the distribution that it came with."""

import sys
from collections.abc import Iterator

import click
import msgspec

from gateway.cli import json_option
from gateway.cli.group import PLUGINS
from gateway.cli.reporting import refuse
from gateway.registry import PluginError, discover

GROUPS = ("policies", "credentials", "vaults", "secrets", "pages", "lifespans", "observers")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """`group` is the one of the entry points, `value` where in the package it is."""

    group: str
    name: str
    value: str
    distribution: str
    version: str


@click.command("plugins")
@json_option
def command(as_json: bool) -> None:
    """List what the installed packages offer to the gateway: group, where it is, distribution and version."""
    try:
        discover()
    except PluginError as broken:
        refuse(str(broken))
    offers = sorted(_offers(), key=lambda offer: (offer.group, offer.distribution, offer.name))
    if as_json:
        click.echo(msgspec.json.encode(offers))
        return
    widths = [max(len(getattr(offer, name)) for offer in offers) for name in ("group", "value")]
    for offer in offers:
        click.echo(f"{offer.group:<{widths[0]}}  {offer.value:<{widths[1]}}  {offer.distribution} {offer.version}")
    sys.exit(0)


def _offers() -> Iterator[Offer]:
    from importlib.metadata import entry_points

    for group in (*(f"gateway.{name}" for name in GROUPS), PLUGINS):
        for entry in entry_points(group=group):
            name, version = (entry.dist.name, entry.dist.version) if entry.dist is not None else ("", "")
            yield Offer(group=group, name=entry.name, value=entry.value, distribution=name, version=version)
