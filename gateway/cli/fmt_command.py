"""`gateway fmt`: puts config files in order, one way for everybody; what they say stays, and every comment."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import click

from gateway.cli.reporting import USAGE_EXIT, say_problems
from gateway.diagnostics import InvalidConfig
from gateway.editing import Change, Refused, difference, read_exactly, write
from gateway.reporting import several

_STDIN = "-"

Fate = Literal["formatted", "in order", "broken", "refused"]


@click.command("fmt")
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; list the files that would change, and exit with 1 if any.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Put FILES in order (integrations.yaml if none is named; `-` stands for stdin and stdout)."""
    from gateway.registry import discover, written_types

    document = written_types(discover()).document
    fates = Counter(_one(name, document, check=check, diff=diff) for name in files or ("integrations.yaml",))
    if _STDIN not in files:
        click.echo(_summary(fates, check=check or diff), err=True)
    if fates["refused"]:
        sys.exit(USAGE_EXIT)
    sys.exit(1 if fates["broken"] or (check and fates["formatted"]) else 0)


def _one(name: str, document: Any, *, check: bool, diff: bool) -> Fate:
    from gateway.editing.formatting import formatted

    shown = "stdin" if name == _STDIN else name
    try:
        before = _stdin() if name == _STDIN else read_exactly(Path(name))
        change = Change(Path(shown), formatted(shown, before, document), before)
        _put(change, name, check=check, diff=diff)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        return "broken"
    except Refused as refused:
        click.echo(f"error: {refused}", err=True)
        return "refused"
    return "in order" if change.text == before else "formatted"


def _put(change: Change, name: str, *, check: bool, diff: bool) -> None:
    """The diff, the name of what would change, the text, or the file: whichever was asked for."""
    changes = change.text != change.before
    if diff:
        click.echo(difference(change), nl=False)
    elif name == _STDIN and not check:
        sys.stdout.buffer.write(change.text.encode())
    elif changes:
        if not check:
            write(change)
        click.echo(name)


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise Refused("stdin is not UTF-8") from None


def _summary(fates: Counter[Fate], *, check: bool) -> str:
    done = f"{several(fates['formatted'], 'file')} {'would be formatted' if check else 'formatted'}"
    told = [done, f"{fates['in order']} in order already"]
    left = fates["broken"] + fates["refused"]
    return ", ".join([*told, *([f"{left} left alone"] if left else [])])
