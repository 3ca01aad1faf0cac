"""How the problems of a config are written: for people, for editors, for other programs."""

from gateway.reporting.colour import Paint, ansi, plain
from gateway.reporting.found import Found, several
from gateway.reporting.github import render_github
from gateway.reporting.json import render_json
from gateway.reporting.sarif import render_sarif
from gateway.reporting.text import render_text

__all__ = [
    "Found",
    "Paint",
    "ansi",
    "plain",
    "render_github",
    "render_json",
    "render_sarif",
    "render_text",
    "several",
]
