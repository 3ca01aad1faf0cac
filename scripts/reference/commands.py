"""The page of every command, option and its variable."""

from collections.abc import Iterator

import click

from gateway import cli
from scripts.reference.tables import table

_HEAD = """\
# The command `gateway`

Data goes to stdout, talk to stderr. It ends with 0 where all is well, 1 where there are findings, 2 where it is misused
or is wrong itself; `serve` ends with 78 on a bad config, so that a supervisor does not start it again, and with 69
where something that it needs is missing. Every option has a variable of the environment.
"""


def commands() -> Iterator[str]:
    yield _HEAD
    context = click.Context(cli.main, info_name="gateway")
    for name in cli.main.list_commands(context):
        command = cli.main.get_command(context, name)
        assert command is not None
        yield from _command(f"gateway {name}", command)


def _command(name: str, command: click.Command) -> Iterator[str]:
    yield f"## `{name}`"
    yield ""
    yield from _usage(name, command)
    yield (command.help or "").replace("\b\n", "").strip()
    yield ""
    options = [option for option in command.params if isinstance(option, click.Option)]
    yield from table(("option", "variable", "what it does"), map(_row, options))
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _command(f"{name} {inner.name}", inner)


def _usage(name: str, command: click.Command) -> Iterator[str]:
    pieces = command.collect_usage_pieces(click.Context(command, info_name=name))
    yield "```text"
    yield " ".join([name, *pieces])
    yield "```"
    yield ""


def _row(option: click.Option) -> tuple[str, str, str]:
    variable = f"`{option.envvar}`" if isinstance(option.envvar, str) else ""
    metavar = f" {option.metavar}" if option.metavar else ""
    names = ", ".join(f"`{name}`" for name in option.opts)
    return f"{names}{metavar}", variable, _help(option)


def _help(option: click.Option) -> str:
    text = option.help or ""
    if isinstance(option.type, click.Choice):
        text += " One of " + ", ".join(f"`{choice}`" for choice in option.type.choices) + "."
    shown = option.show_default and option.default not in (None, (), False)
    return f"{text} Default: `{option.default}`." if shown else text
