"""`gateway fmt -`: from stdin to stdout, for editors."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main

UNTIDY, TIDY = "integrations: {}\nversion:   1 # one\n", "version: 1   # one\nintegrations: {}\n"


def fmt(text: str | bytes, *flags: str) -> Result:
    return CliRunner().invoke(main, ["fmt", *flags, "-"], input=text, prog_name="gateway")


def test_the_text_in_order_is_all_that_is_written() -> None:
    told = fmt(UNTIDY)

    assert (told.exit_code, told.stdout, told.stderr) == (0, TIDY, "")


def test_what_is_in_order_is_written_as_it_is() -> None:
    assert fmt(TIDY).stdout == TIDY


@pytest.mark.parametrize(("text", "code"), [(UNTIDY, 1), (TIDY, 0)])
def test_a_check_only_says_whether_it_would_change(text: str, code: int) -> None:
    told = fmt(text, "--check")

    assert (told.exit_code, told.stdout) == (code, "-\n" if code else "")


def test_the_difference_names_stdin() -> None:
    assert fmt(UNTIDY, "--diff").stdout.startswith("--- stdin\n+++ stdin\n")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("a: 1\na: 2\n", 1, "error[GW005]: the key `a` stands twice\n --> stdin:2:1\n"),
        (b"\xff", 2, "error: stdin is not UTF-8\n"),
        ("- a\n", 2, "error: stdin has to be a map of keys\n"),
    ],
)
def test_what_cannot_be_put_in_order_is_told_and_nothing_is_written(text: str | bytes, code: int, said: str) -> None:
    told = fmt(text)

    assert (told.exit_code, told.stdout) == (code, "")
    assert told.stderr.startswith(said)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text(UNTIDY)
    link.symlink_to(real)
    CliRunner().invoke(main, ["fmt", str(link)])

    assert link.is_symlink()
    assert real.read_text() == TIDY
