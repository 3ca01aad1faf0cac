"""The files of `formatted`: what somebody wrote, a row of dashes, and the same in order."""

from pathlib import Path
from typing import Any

import pytest

from gateway.diagnostics import InvalidConfig
from gateway.editing import Refused
from gateway.editing.formatting import formatted
from gateway.editing.formatting.keeping import refuse_loss
from gateway.registry import discover, written_types
from tests.gateway.loading.golden import DASHES

CASES = sorted((Path(__file__).parent / "formatted").glob("*.case"))


@pytest.fixture(scope="module")
def document() -> Any:
    return written_types(discover()).document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_file_is_put_in_order(case: Path, document: Any) -> None:
    written, _, expected = case.read_text(encoding="utf-8").partition(f"{DASHES}\n")

    assert formatted("integrations.yaml", written, document) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_is_in_order_stays_as_it_is(case: Path, document: Any) -> None:
    expected = case.read_text(encoding="utf-8").partition(f"{DASHES}\n")[2]

    assert formatted("integrations.yaml", expected, document) == expected


def test_line_ends_become_line_feeds_and_a_byte_order_mark_goes(document: Any) -> None:
    assert formatted("x", "\ufeffversion: 1\r\n# end\r\nx-a: >\r\n  b\r\n  c", document) == (
        "version: 1\n# end\nx-a: >-\n  b\n  c\n"
    )


def test_the_marks_of_a_document_go_for_a_config_is_one(document: Any) -> None:
    assert formatted("x", "# top\n---\nversion: 1\n...\n", document) == "# top\nversion: 1\n"


def test_what_is_not_yaml_is_told_as_check_tells_it(document: Any) -> None:
    with pytest.raises(InvalidConfig) as caught:
        formatted("x", "version: 1\nversion: 1\n", document)
    assert [problem.code for problem in caught.value.problems] == ["GW005"]


def test_what_is_no_map_is_refused(document: Any) -> None:
    with pytest.raises(Refused, match="has to be a map of keys"):
        formatted("x", "- a\n", document)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("version: 1\n", "without losing a comment"),
        ("version: 1.0 # one\n", "without changing what it says"),
        ("version: [ # one\n", "would be the outcome"),
    ],
)
def test_what_would_be_a_loss_is_refused(after: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        refuse_loss("x", "version: 1 # one\n", after)
