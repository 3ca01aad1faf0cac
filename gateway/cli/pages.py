"""How a page of an explanation is shown: as Markdown, or on a terminal as lines for the eye."""

import re
import sys
from collections.abc import Iterator

import click

from gateway.cli.terminal import colourful
from gateway.explanations import Page
from gateway.reporting import ansi

_HEADING = re.compile(r"#+ (.+)")


def show_page(page: Page) -> None:
    painted = colourful(sys.stdout)
    click.echo("\n".join(_for_the_eye(page)) if painted else page.text.rstrip("\n"), color=painted)


def _for_the_eye(page: Page) -> Iterator[str]:
    """Headings stand out, and what is between fences is set in."""
    inside = False
    for line in page.text.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside:
            yield f"    {line}".rstrip()
        else:
            heading = _HEADING.fullmatch(line)
            yield ansi(heading[1], "bold") if heading else line
