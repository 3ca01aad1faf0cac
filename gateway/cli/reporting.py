"""How commands tell what is wrong."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import click

from gateway.diagnostics import Problem, render_concise, render_text

USAGE_EXIT = 2


def refuse(message: str, code: int = USAGE_EXIT) -> NoReturn:
    """Says why a command does not run, and ends it."""
    click.echo(f"error: {message}", err=True)
    sys.exit(code)


def say_problems(problems: Iterable[Problem]) -> None:
    """Every problem with its excerpt, on stderr: for commands whose data is something else."""
    for text in _rendered(problems, "text"):
        click.echo(text, err=True)


def show_problems(problems: Iterable[Problem], style: str) -> None:
    """Every problem on stdout, as `text` with its excerpt or as `concise` lines."""
    for text in _rendered(problems, style):
        click.echo(text)


def _rendered(problems: Iterable[Problem], style: str) -> Iterator[str]:
    texts: dict[str, str] = {}
    for problem in problems:
        if style == "concise":
            yield render_concise(problem)
        else:
            yield render_text(problem, _text(problem.place.file, texts)) + "\n"


def _text(file: str, texts: dict[str, str]) -> str:
    if file not in texts:
        try:
            texts[file] = Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            texts[file] = ""
    return texts[file]
