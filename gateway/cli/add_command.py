"""`gateway add`: an integration that comes with the gateway, put into a file of your own."""

import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli import config_option
from gateway.cli.compiling import compiled
from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig, Problem, Size
from gateway.reporting import Found

if TYPE_CHECKING:
    from gateway.editing import Addition

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_UNSET = "GW201"
"""Told as one list, not once for every place that refers to it."""


@click.command("add")
@click.argument("vendor", required=False)
@click.option("--as", "name", metavar="NAME", help="The integration's name in your file; the vendor's if left out.")
@config_option
@click.option("--dry-run", is_flag=True, help="Write nothing; show as a diff what would change.")
@click.option("--force", is_flag=True, help="Replace schema files that are there and differ.")
@click.option("--list", "as_list", is_flag=True, help="List the vendors that can be added.")
def command(vendor: str | None, name: str | None, config: str, dry_run: bool, force: bool, as_list: bool) -> None:
    """Add VENDOR to a config; what is written there stays as it is, to the last space."""
    from gateway.editing import Refused, Shipped, add_vendor, difference, write

    shipped = Shipped()
    if as_list:
        _list(shipped.titles)
        return
    if vendor is None:
        raise click.UsageError("missing argument 'VENDOR': `gateway add --list` shows the vendors")
    try:
        addition = add_vendor(Path(config), shipped, vendor, _valid(name or vendor), force=force)
        for change in addition.changes:
            if not dry_run:
                write(change)
            click.echo(difference(change) if dry_run else change.path, nl=not dry_run)
    except Refused as refused:
        refuse(str(refused))
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        refuse(f"{config} cannot be read as it is, so nothing was changed", 1)
    _say(addition)
    if not dry_run:
        sys.exit(_check(Path(config), addition))


def _list(titles: dict[str, str]) -> None:
    width = max(map(len, titles))
    for name, title in titles.items():
        click.echo(f"{name.ljust(width)}  {title}")


def _valid(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise click.UsageError(f"an integration's name is made of lower-case letters, digits and `-`, not `{name}`")
    return name


def _say(addition: "Addition") -> None:
    """What the integration needs, and what it would have had in the shipped file."""
    for note in addition.notes:
        click.echo(f"note: {note}", err=True)
    unset = [one.name for one in addition.variables if one.default is None and not os.environ.get(one.name)]
    if unset:
        click.echo(f"to set before it serves: {', '.join(unset)}", err=True)
        click.echo("without them it can be tried: INTEGRATIONS_STUB_MODE=true gateway serve", err=True)


def _check(config: Path, addition: "Addition") -> int:
    """As `gateway check` does it, save that what has to be set was said already."""
    if not addition.whole:
        click.echo(f"{config} is a part of another file: `gateway check` that one", err=True)
        return 0
    started = time.perf_counter()
    try:
        result = compiled(config)
    except InvalidConfig as invalid:
        return _tell(config, invalid.problems, invalid.size, started)
    except ValueError as wrong:
        refuse(str(wrong))
    return _tell(config, (*result.loaded.warnings, *result.plans.warnings), result.loaded.size, started)


def _tell(config: Path, problems: tuple[Problem, ...], size: Size | None, started: float) -> int:
    told = tuple(problem for problem in problems if problem.code != _UNSET)
    found = Found(str(config), told, size, time.perf_counter() - started)
    say_problems(told)
    click.echo(found.summary(), err=True)
    return 1 if found.errors else 0
