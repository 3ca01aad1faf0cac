"""`python -m tests.fuzzing`: every hostile file there is, then such as chance makes, for FUZZ_SECONDS in all.

Prints what breaks a promise, and at the end what was worst; exits 1 where anything did.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain, takewhile
from pathlib import Path

from tests.fuzzing.chance import by_chance
from tests.fuzzing.configs import configs
from tests.fuzzing.guard import Outcome, outcomes
from tests.fuzzing.texts import texts


def main() -> int:
    seconds, first = float(os.environ.get("FUZZ_SECONDS", "300")), int(os.environ.get("FUZZ_FIRST", "0"))
    with tempfile.TemporaryDirectory() as folder:
        return reported(_all(seconds, first, Path(folder)))


def _all(seconds: float, first: int, folder: Path) -> Iterator[Outcome]:
    end = time.monotonic() + seconds
    cases = chain(texts(), configs(), takewhile(lambda _: time.monotonic() < end, by_chance(first)))
    return outcomes(cases, folder)


def reported(found: Iterator[Outcome]) -> int:
    count, broken, slowest, largest = 0, 0, Outcome("", "", 0, 0), Outcome("", "", 0, 0)
    for outcome in found:
        count += 1
        slowest, largest = max(slowest, outcome, key=_seconds), max(largest, outcome, key=_megabytes)
        if outcome.wrong:
            broken += 1
            print(f"{outcome.name}: {outcome.wrong}", flush=True)
    print(f"{count} files, {broken} of them broke a promise")
    print(f"slowest: {slowest.seconds:.2f} s, {slowest.name}; largest: {largest.megabytes:.0f} MB, {largest.name}")
    return 1 if broken else 0


def _seconds(outcome: Outcome) -> float:
    return outcome.seconds


def _megabytes(outcome: Outcome) -> float:
    return outcome.megabytes


if __name__ == "__main__":
    sys.exit(main())
