"""`python -m tests.life`: the long forms. A hundred stops, reloads and kills under load, a thousand slow clients."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.life.test_killing import killed_under_load
from tests.life.test_reloading import reloads_under_load
from tests.life.test_slow_clients import slowly
from tests.life.test_stopping import started_and_stopped, stopped_under_load


def stops(folder: Path) -> None:
    for _ in range(100):
        stopped_under_load(folder, "2")


def early_stops(folder: Path) -> None:
    for _ in range(20):
        assert started_and_stopped(folder, [0.1 * number for number in range(5)]) == {0}


LONG: tuple[Callable[[Path], None], ...] = (
    stops,
    early_stops,
    lambda folder: reloads_under_load(folder, 100),
    lambda folder: killed_under_load(folder, 100),
    lambda folder: slowly(folder, 1_000),
)
NAMES = (
    "100 stops under load",
    "100 stops at the start",
    "100 reloads, half of them bad",
    "100 kills",
    "1,000 slow clients",
)


def main(wanted: list[str]) -> None:
    """All of them, or those whose names hold one of the words."""
    for name, form in zip(NAMES, LONG, strict=True):
        if wanted and not any(word in name for word in wanted):
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            form(Path(folder))
        print(f"{name}: kept ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
