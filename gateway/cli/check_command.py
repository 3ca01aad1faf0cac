"""`gateway check`: every problem of a config at once, each at its line."""

import sys
import time
from pathlib import Path

import click

from gateway.cli.compiling import compiled
from gateway.cli.reporting import refuse, show_problems
from gateway.diagnostics import InvalidConfig, Problem


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False))
@click.option("--format", "style", type=click.Choice(["text", "concise"]), default="text", show_default=True,
              envvar="GATEWAY_CHECK_FORMAT", help="How problems are written.")  # fmt: skip
@click.option("--strict", is_flag=True, envvar="GATEWAY_CHECK_STRICT", help="Warnings count as errors.")
def command(files: tuple[str, ...], style: str, strict: bool) -> None:
    """Tell every problem of FILES (integrations.yaml if none is named)."""
    failed = False
    for name in files or ("integrations.yaml",):
        started = time.perf_counter()
        problems, counts = _examine(Path(name))
        show_problems(problems, style)
        errors = sum(1 for problem in problems if problem.severity == "error")
        warnings = len(problems) - errors
        took = (time.perf_counter() - started) * 1000
        click.echo(f"{counts}: {_several(errors, 'error')}, {_several(warnings, 'warning')} ({took:.0f} ms)", err=True)
        failed = failed or errors > 0 or (strict and warnings > 0)
    sys.exit(1 if failed else 0)


def _examine(path: Path) -> tuple[tuple[Problem, ...], str]:
    try:
        result = compiled(path)
    except InvalidConfig as invalid:
        return invalid.problems, str(path)
    except ValueError as wrong:
        refuse(str(wrong))
    integrations = result.loaded.config.integrations
    endpoints = sum(len(integration.endpoints) for integration in integrations)
    counts = f"{_several(len(integrations), 'integration')}, {_several(endpoints, 'endpoint')}"
    return (*result.loaded.warnings, *result.plans.warnings), counts


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
