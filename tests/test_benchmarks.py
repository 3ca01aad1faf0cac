"""The benchmark runs; how fast it finds what is no test's business."""

import re
import subprocess
import sys

from tests.running import ROOT


def test_the_quick_benchmark_prints_a_row_for_the_gateway_and_no_request_fails() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    cells = {row[0].strip(): row for line in done.stdout.splitlines() if len(row := line.strip("| ").split("|")) > 2}
    assert {"server", "upstream itself", "gateway"} <= set(cells)
    failed = [cell.strip() for cell in cells["server"]].index("failed")
    assert int(cells["gateway"][failed]) == 0
    assert re.fullmatch(r"[1-9][\d,]*", cells["gateway"][1].strip())


def test_a_gateway_is_compared_with_another_and_no_request_fails() -> None:
    command = [sys.executable, "-m", "benchmarks.pairs", "--quick", "--only", "metrics"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 0, done.stderr
    (row,) = [line.strip("| ").split("|") for line in done.stdout.splitlines()]
    assert re.fullmatch(r"\d\.\d\d", row[1].strip())
    assert row[4].strip() == "0"
