"""`gateway check` in a process of its own shows all mistakes of a file in one run, with excerpts."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.gateway.test_mistakes import CONFIG

CASE = CONFIG / "mistakes" / "ten_in_one_file.case"


def test_ten_mistakes_are_shown_in_one_run_each_at_its_line_with_what_would_be_right(tmp_path: Path) -> None:
    config, _, expected = CASE.read_text(encoding="utf-8").partition("----------\n")
    Path(tmp_path, "integrations.yaml").write_text(config, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "gateway", "check", "--format", "text"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    places = re.findall(r"--> integrations.yaml:(\d+:\d+)\n", ran.stdout)
    hints = [line.strip() for line in expected.splitlines() if line.startswith(" ")]
    assert ran.returncode == 1
    assert places == re.findall(r"^(\d+:\d+): error", expected, re.MULTILINE)
    assert len(places) == 10
    assert all(f"{line} | {text}" in ran.stdout for line, text in told_lines(config, places))
    assert all(re.search(rf"\^ {re.escape(hint)}$", ran.stdout, re.MULTILINE) for hint in hints)
    assert "10 errors" in ran.stderr


def told_lines(config: str, places: list[str]) -> list[tuple[int, str]]:
    rows = config.splitlines()
    lines = [int(place.partition(":")[0]) for place in places]
    return [(line, rows[line - 1]) for line in lines]
