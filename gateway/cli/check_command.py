"""`gateway check`: every problem of a config at once, each at its line."""

import sys
import time
from pathlib import Path

import click
import msgspec

from gateway.cli.compiling import Compiled, compiled_with
from gateway.cli.reporting import Style, refuse, show_found
from gateway.diagnostics import InvalidConfig, Problem
from gateway.loading import collector_resting
from gateway.registry import Registry, discover
from gateway.reporting import Found


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is checked; the names are those of the flags."""

    resolve_secrets: bool
    online: bool
    allow_private: bool


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False))
@click.option("--format", "style", type=click.Choice(["text", "concise", "json", "github", "sarif"]), default="text",
              show_default=True, help="How problems are written.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--resolve-secrets", is_flag=True, help="A reference without a value is an error, as it is when serving.")
@click.option("--online", is_flag=True, help="Ask the vendors: name, connection, certificate, credential.")
@click.option("--allow-private", is_flag=True, help="Let every integration lead to private addresses and plain http.")
def command(
    files: tuple[str, ...], style: Style, strict: bool, resolve_secrets: bool, online: bool, allow_private: bool
) -> None:
    """Tell every problem of FILES (integrations.yaml if none is named)."""
    manner = Manner(resolve_secrets=resolve_secrets, online=online, allow_private=allow_private)
    with collector_resting():
        registry = discover()
        found = [_examine(registry, name, manner) for name in files or ("integrations.yaml",)]
        show_found(found, style)
    for one in found:
        click.echo(f"{one.file}: {one.summary()}" if len(found) > 1 and one.size else one.summary(), err=True)
    sys.exit(1 if any(one.errors or (strict and one.warnings) for one in found) else 0)


def _examine(registry: Registry, name: str, manner: Manner) -> Found:
    started = time.perf_counter()
    lenient, allow_private = not manner.resolve_secrets, manner.allow_private
    try:
        result = compiled_with(registry, Path(name), lenient=lenient, allow_private=allow_private)
    except InvalidConfig as invalid:
        return Found(name, invalid.problems, invalid.size, time.perf_counter() - started)
    except ValueError as wrong:
        refuse(str(wrong))
    result.loaded.close()
    problems = (*result.loaded.warnings, *result.plans.warnings, *(_asked(result) if manner.online else ()))
    return Found(name, problems, result.loaded.size, time.perf_counter() - started)


def _asked(result: Compiled) -> tuple[Problem, ...]:
    from gateway.probing import probe  # the vendor clients are loaded where vendors are asked

    return probe(result.loaded, result.plans)
