"""Commands and offers of packages: listed with the distribution that brought them, loaded when they are called."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import COMMANDS, SECTIONS, main
from gateway.cli.group import PLUGINS, Lazy

COMMAND = """
import click

@click.command("hello")
@click.option("--loud", is_flag=True)
def command(loud):
    click.echo("HELLO" if loud else "hello")
"""


def install(folder: Path, name: str, value: str, source: str) -> None:
    info = folder / f"{name}-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text(f"[gateway.commands]\n{name}-hello = {name}_commands:{value}\n")
    (folder / f"{name}_commands.py").write_text(source)


@pytest.fixture
def installing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def group() -> Lazy:
    """A new one: it looks for packages once."""
    return Lazy(
        "gateway",
        known=COMMANDS,
        sections=SECTIONS,
        plugins=PLUGINS,
        callback=main.callback,
        invoke_without_command=True,
    )


def test_a_packages_command_stands_in_the_help_and_is_not_imported_for_it(installing: Path) -> None:
    install(installing, "polite", "command", "raise RuntimeError('imported')")
    shown = CliRunner().invoke(group(), ["--help"])

    assert "polite-hello  comes with polite" in shown.output
    assert shown.output.index("Further commands:") < shown.output.index("polite-hello")


def test_a_packages_command_is_called_and_has_a_variable_for_every_flag(installing: Path) -> None:
    install(installing, "kind", "command", COMMAND)

    assert CliRunner().invoke(group(), ["kind-hello"]).stdout == "hello\n"
    assert CliRunner().invoke(group(), ["kind-hello"], env={"GATEWAY_KIND_HELLO_LOUD": "1"}).stdout == "HELLO\n"


@pytest.mark.parametrize(
    ("name", "value", "source", "said"),
    [
        ("broken", "command", "import nothing_of_that_name", "broken cannot be imported (broken_commands:command)"),
        ("wrong", "COMMAND", "COMMAND = 1", "wrong offers wrong_commands:COMMAND, which is no click command"),
    ],
)
def test_a_package_that_does_not_keep_its_word_is_named(
    installing: Path, name: str, value: str, source: str, said: str
) -> None:
    install(installing, name, value, source)
    told = CliRunner().invoke(group(), [f"{name}-hello"])

    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr


def test_a_name_of_our_own_is_not_taken_over(installing: Path) -> None:
    install(installing, "rude", "command", "raise RuntimeError('imported')")
    (installing / "rude-1.5.dist-info" / "entry_points.txt").write_text(
        "[gateway.commands]\nroutes = rude_commands:command\n"
    )

    assert CliRunner().invoke(group(), ["routes", "--help"]).exit_code == 0


def test_everything_that_is_loaded_is_listed_with_its_distribution(installing: Path) -> None:
    install(installing, "gentle", "command", COMMAND)
    told = CliRunner().invoke(group(), ["plugins"])
    found = json.loads(CliRunner().invoke(group(), ["plugins", "--json"]).stdout)

    assert {
        "group": "gateway.commands",
        "name": "gentle-hello",
        "value": "gentle_commands:command",
        "distribution": "gentle",
        "version": "1.5",
    } in found
    assert {"gateway.policies", "gateway.vaults", "gateway.secrets"} <= {offer["group"] for offer in found}
    assert len(told.stdout.splitlines()) == len(found)
