"""`gateway explain` as people run it: pages of diagnostics and problems."""

import pytest

from gateway.explanations import diagnostic_page, problem_page
from tests.end_to_end.test_commands import gateway


@pytest.mark.parametrize("word", ["GW104", "gw104"])
def test_a_code_prints_its_page(word: str) -> None:
    told, found = gateway("explain", word), diagnostic_page("GW104")

    assert found is not None
    assert (told.returncode, told.stdout, told.stderr) == (0, found.text, "")


@pytest.mark.parametrize("word", ["circuit-open", "Circuit-Open"])
def test_a_slug_prints_its_page(word: str) -> None:
    told, found = gateway("explain", word), problem_page("circuit-open")

    assert found is not None
    assert (told.returncode, told.stdout) == (0, found.text)


@pytest.mark.parametrize(
    ("word", "meant"), [("GW1044", "GW104"), ("circut-open", "circuit-open"), ("upstream-time", "upstream-timeout")]
)
def test_what_is_nearly_one_is_offered(word: str, meant: str) -> None:
    told = gateway("explain", word)

    assert (told.returncode, told.stdout) == (2, "")
    assert f"did you mean `{meant}`?" in told.stderr


def test_what_is_nothing_at_all_is_told_how_an_endpoint_is_written() -> None:
    told = gateway("explain", "xyzzy")

    assert told.returncode == 2
    assert told.stderr == (
        "error: there is no diagnostic and no problem `xyzzy`; an endpoint is written `crm.list_contacts`\n"
    )


def test_colour_is_for_terminals_and_for_those_who_insist() -> None:
    plain, forced = gateway("explain", "GW104"), gateway("explain", "GW104", environ={"FORCE_COLOR": "1"})
    neither = gateway("explain", "GW104", environ={"FORCE_COLOR": "1", "NO_COLOR": "1"})

    assert plain.stdout == neither.stdout
    assert forced.stdout.startswith("\x1b[1mGW104: unknown key\x1b[0m\n")
    assert "```" not in forced.stdout
