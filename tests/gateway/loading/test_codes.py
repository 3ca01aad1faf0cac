"""Every diagnostic has its code, and every code its title."""

import re
from pathlib import Path

from gateway.diagnostics import CODES, WARNINGS

ROOT = Path(__file__).parents[3]
USED = re.compile(r'"(GW\d{3})"')


def used() -> set[str]:
    files = [path for path in (ROOT / "gateway").rglob("*.py") if path.name != "diagnostics.py"]
    return {code for path in files for code in USED.findall(path.read_text(encoding="utf-8"))}


def test_every_code_that_is_used_is_in_the_table() -> None:
    assert used() <= CODES.keys()


def test_every_code_of_the_table_is_used() -> None:
    assert CODES.keys() <= used()


def test_warnings_are_codes() -> None:
    assert CODES.keys() >= WARNINGS


def test_every_code_of_loading_has_a_golden_file() -> None:
    golden = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "config").rglob("*.case"))
    elsewhere = {"GW001", "GW002", "GW003", "GW117", "GW310", "GW216"}
    assert {code for code in used() if code < "GW300"} - elsewhere <= set(re.findall(r"GW\d{3}", golden))
