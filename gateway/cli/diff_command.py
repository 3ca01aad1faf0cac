"""`gateway diff`: what a change of config means, and whom it breaks."""

import re
import sys
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from gateway.cli import config_option, json_option
from gateway.cli.instances import admin_address
from gateway.cli.operands import Operand, is_address, is_file, opened
from gateway.comparing import Change, Difference, changes, differences
from gateway.comparing.telling import lines
from gateway.rendering import Rendered

_UNSET = re.compile(r"\$\{(?:env:|file:)?([^}:]+)[^}]*\}")


@click.command("diff")
@click.argument("a", metavar="[A]", required=False, type=click.Path())
@click.argument("b", metavar="[B]", required=False, type=click.Path())
@config_option
@click.option("--openapi", is_flag=True, help="Compare what callers see, and tell what breaks them.")
@click.option(
    "--exit-code", is_flag=True, help="End with 1 if they differ; with --openapi, if something breaks callers."
)
@json_option
def command(a: str | None, b: str | None, config: str, openapi: bool, exit_code: bool, as_json: bool) -> None:
    """Show what is different in B, compared with A.

    Each is a file, a file of a git revision (HEAD~1:integrations.yaml, or HEAD~1 for the config of -c), or a running
    gateway by its admin address (http://127.0.0.1:8001).

    With one of them, the config of -c is compared with the revision or running gateway A, or the file A with the
    gateway that runs here, at GATEWAY_ADMIN_BIND or 127.0.0.1:8001. Without any, the config of -c with that.

    Only what it means counts: no order of keys, no comments, no level that a value is inherited from.
    """
    if a is None:
        a, b = admin_address(), config
    elif b is None:
        a, b = (admin_address(), a) if is_file(a) else (a, config)
    with ExitStack() as stack:
        before, after = (stack.enter_context(opened(*pair)) for pair in ((a, _path(b, config)), (b, _path(a, config))))
        found = _callers(before, after, as_json) if openapi else _configs(before, after, as_json)
    sys.exit(1 if exit_code and found else 0)


def _path(other: str, config: str) -> Path:
    """What a revision without a path means: the other one's file."""
    return Path(other if not is_address(other) and Path(other).is_file() else config)


def _configs(before: Operand, after: Operand, as_json: bool) -> bool:
    old, new = before.config(), after.config()
    found = differences(old, new)
    if before.runs != after.runs:
        found = _comparable(found)
    if as_json:
        click.echo(msgspec.json.encode({"same": not found, "differences": found}))
    else:
        for line in lines(found, _endpoints(new)):
            click.echo(line)
    return bool(found)


def _comparable(found: list[Difference]) -> list[Difference]:
    """Without what a running gateway knows and this environment does not."""
    unset = [_unset(one) for one in found]
    if names := sorted({name for some in unset for name in some}):
        click.echo(f"not compared, since they are not set here: {', '.join(names)}", err=True)
    return [one for one, names in zip(found, unset, strict=True) if not names]


def _unset(one: Difference) -> list[str]:
    """The references that stand, without value, on one side only."""
    old, new = (_UNSET.findall(value) if isinstance(value, str) else [] for value in (one.before, one.after))
    return old or new if one.change == "changed" and bool(old) != bool(new) else []


def _endpoints(rendered: Rendered) -> dict[str, int]:
    return {name: len(one.get("endpoints", ())) for name, one in rendered.config["integrations"].items()}


def _callers(before: Operand, after: Operand, as_json: bool) -> bool:
    found = changes(before.document(), after.document())
    breaking = [one for one in found if one.breaks]
    compatible = [one for one in found if not one.breaks]
    if as_json:
        click.echo(msgspec.json.encode({"breaking": breaking, "compatible": compatible}))
        return bool(breaking)
    for title, some in (("breaks callers", breaking), ("compatible", compatible)):
        if some:
            click.echo(f"{title}:")
            for one in some:
                click.echo(f"  {_line(one)}")
    return bool(breaking)


def _line(one: Change) -> str:
    return "  ".join(filter(None, (one.subject, one.call, " ".join(filter(None, (one.where, one.what))))))
