"""How commands tell what is wrong."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NoReturn

import click

from gateway.cli.terminal import paint_of
from gateway.diagnostics import Problem, render_concise
from gateway.reporting import Found, Paint, render_github, render_json, render_sarif, render_text

USAGE_EXIT = 2

Style = Literal["text", "concise", "json", "github", "sarif"]


def refuse(message: str, code: int = USAGE_EXIT) -> NoReturn:
    """Says why a command does not run, and ends it."""
    click.echo(f"error: {message}", err=True)
    sys.exit(code)


def say_problems(problems: Iterable[Problem]) -> None:
    """Every problem with its excerpt, on stderr: for commands whose data is something else."""
    for text in _with_excerpts(problems, paint_of(sys.stderr)):
        click.echo(text, err=True, color=True)


def show_found(found: Sequence[Found], style: Style) -> None:
    """All that was found, on stdout."""
    for text in _rendered(found, style):
        click.echo(text, color=True)  # whoever painted has looked at the stream


def _rendered(found: Sequence[Found], style: Style) -> Iterator[str]:
    problems = [problem for one in found for problem in one.problems]
    if style == "json":
        yield render_json(found)
    elif style == "sarif":
        yield render_sarif(problems, _version())
    elif style == "github":
        yield from map(render_github, problems)
    elif style == "concise":
        yield from map(render_concise, problems)
    else:
        yield from _with_excerpts(problems, paint_of(sys.stdout))


def _with_excerpts(problems: Iterable[Problem], paint: Paint) -> Iterator[str]:
    texts: dict[str, str] = {}
    for problem in problems:
        yield render_text(problem, _text(problem.place.file, texts), paint) + "\n"


def _text(file: str, texts: dict[str, str]) -> str:
    if file not in texts:
        try:
            texts[file] = Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            texts[file] = ""
    return texts[file]


def _version() -> str:
    from gateway import __version__

    return __version__
