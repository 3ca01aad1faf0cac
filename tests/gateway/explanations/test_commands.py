"""What a page tells people to type exists: the command, and its flags."""

import re

import click

from gateway.cli import COMMANDS, main
from gateway.explanations import diagnostic_page, names, problem_page

_TYPED = re.compile(r"(?:`|\$ )gateway ([a-z]+)([^`\n]*)")


def typed() -> list[tuple[str, str, list[str]]]:
    """Page, command and flags of all that stands in code or behind a prompt."""
    pages = [diagnostic_page(name) for name in names("diagnostics")] + [
        problem_page(name) for name in names("problems")
    ]
    return [
        (page.name, command, re.findall(r"--[a-z-]+", rest))
        for page in pages
        if page is not None
        for command, rest in _TYPED.findall(page.text.replace("`gateway\n", "`gateway "))
    ]


def test_the_pages_tell_people_what_to_type() -> None:
    assert {command for _, command, _ in typed()} >= {"check", "explain", "try"}


def test_every_command_of_a_page_exists() -> None:
    assert {command for _, command, _ in typed()} <= COMMANDS.keys()


def test_every_flag_of_a_page_exists() -> None:
    context = click.Context(main)
    for page, name, flags in typed():
        command = main.get_command(context, name)
        assert command is not None
        parts = command.commands.values() if isinstance(command, click.Group) else (command,)
        known = {option for part in parts for parameter in part.params for option in parameter.opts}
        assert set(flags) <= known, (page, name)
