"""What all commands share: a variable for every flag, sections in the help, one line for what is misused."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from gateway.cli import COMMANDS, main
from gateway.cli.group import Lazy, give_variables


def options(command: click.Command, prefix: str) -> Iterator[tuple[str, click.Option]]:
    yield from ((prefix, option) for option in command.params if isinstance(option, click.Option))
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from options(inner, f"{prefix}_{name.replace('-', '_').upper()}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_has_a_variable(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    prefix = "GATEWAY" if name == "serve" else f"GATEWAY_{name.upper()}"
    for owner, option in options(command, prefix):
        flag = max(option.opts, key=len).removeprefix("--").replace("-", "_").upper()
        assert option.envvar in {f"{owner}_{flag}", "GATEWAY_CONFIG" if flag == "CONFIG" else None}, option.opts


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_its_variables(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])

    command = main.get_command(click.Context(main), name)
    assert command is not None
    for option in command.params:
        if isinstance(option, click.Option):
            assert f"envvar:{option.envvar}" in re.sub(r"\s|(?<=env) (?=var)", "", shown.output)


def test_flags_of_commands_below_a_command_have_variables_too() -> None:
    inner = click.Command("list", params=[click.Option(["--as-text"])])
    give_variables(click.Group("keys", commands=[inner]), "GATEWAY_KEYS")

    assert inner.params[0].envvar == "GATEWAY_KEYS_LIST_AS_TEXT"


def test_a_variable_does_what_its_flag_does() -> None:
    told = CliRunner().invoke(main, ["routes"], env={"GATEWAY_ROUTES_JSON": "1"})

    assert told.output.startswith("[{")


def test_a_command_that_no_section_names_stands_last() -> None:
    group = Lazy("x", known={"first": "one", "new": "two"}, sections={"Run": ("absent", "first")})
    shown = group.get_help(click.Context(group))

    assert group.list_commands(click.Context(group)) == ["first", "new"]
    assert shown.index("Run:\n  first") < shown.index("Further commands:\n  new")


def test_without_a_command_the_help_is_shown() -> None:
    alone, asked = CliRunner().invoke(main, []), CliRunner().invoke(main, ["--help"])

    assert alone.output == asked.output
    assert alone.exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "there is no command `chek`; did you mean `check`? (see `gateway --help`)"),
        (["serve", "--port", "0"], "0 is not in the range"),
        (["try"], "missing argument 'ENDPOINT' (see `gateway try --help`)"),
        (["routes", "--jsno"], "no such option '--jsno'"),
    ],
)
def test_misuse_is_told_in_one_line(words: list[str], said: str) -> None:
    told = CliRunner().invoke(main, words, prog_name="gateway")

    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("error: ")
    assert said in told.stderr
    assert told.stderr.count("\n") == 1


def test_what_is_wrong_with_the_command_itself_ends_with_2_and_says_where() -> None:
    def explode() -> None:
        raise RuntimeError("never meant to happen")

    group = Lazy("x", known={}, sections={}, invoke_without_command=True, callback=explode)
    told = CliRunner().invoke(group, [])

    assert told.exit_code == 2
    assert "never meant to happen" in told.stderr
