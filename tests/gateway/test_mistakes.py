"""People's mistakes: each file of tests/config/mistakes is one of them, with what `gateway check` says about it.

Below the row of dashes stands each problem, LINE:COLUMN first, and indented what would be right. `# env: NAME=VALUE`
sets a variable; `⇥`, `␣` and the like stand for characters that editors and reviewers do not show.
"""

import re
from pathlib import Path

import pytest

from gateway.diagnostics import CODES
from tests.gateway.mistakes import told

CONFIG = Path(__file__).parents[1] / "config"
CASES = sorted((CONFIG / "mistakes").glob("*.case"))
SHOWN = {"⇥": "\t", "␣": "\u00a0", "⌀": "\u200b", "⍰": "\ufeff", "␀": "\0", "␍": "\r"}
_VARIABLE = re.compile(r"^# env: (\w+)=(.*)$", re.MULTILINE)
_ELSEWHERE = {"GW001", "GW002", "GW003", "GW008", "GW117", "GW310", "GW216"}


def config_of(text: str) -> bytes:
    for sign, letter in SHOWN.items():
        text = text.replace(sign, letter)
    return text.encode()


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_mistake_is_told_where_it_is_with_what_would_be_right(case: Path) -> None:
    config, _, expected = case.read_text(encoding="utf-8").partition("----------\n")
    assert told(config_of(config), dict(_VARIABLE.findall(config)), CONFIG / "schemas") == expected.rstrip("\n")


def test_there_are_eighty_mistakes() -> None:
    assert len(CASES) >= 80


def test_every_diagnostic_of_a_file_is_among_the_golden_files() -> None:
    golden = "".join(path.read_text(encoding="utf-8") for path in CONFIG.rglob("*.case"))
    assert {code for code in CODES if code < "GW400"} - _ELSEWHERE <= set(re.findall(r"GW\d{3}", golden))
