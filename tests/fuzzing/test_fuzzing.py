"""Whatever a file holds or names: it is told what is wrong with it, soon, and in little memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.chance import changed
from tests.fuzzing.guard import MEGABYTES, PATIENCE, SECONDS, Outcome

ROOT = Path(__file__).parents[2]


def test_every_hostile_file_keeps_the_promises() -> None:
    """In a process of its own, which forks: this one has threads."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing"],
        cwd=ROOT,
        env={**os.environ, "FUZZ_SECONDS": "0"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 of them broke a promise" in ran.stdout


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("crash", "Traceback", 0, 0),
        Outcome("hang", "ended by SIGKILL", 0, 0),
        Outcome("slow", "refused", SECONDS * PATIENCE + 1, 0),
        Outcome("large", "accepted", 0, MEGABYTES + 1),
    ],
    ids=lambda outcome: outcome.name,
)
def test_a_broken_promise_is_seen(outcome: Outcome) -> None:
    assert outcome.wrong


def test_a_kept_promise_is_seen() -> None:
    assert not Outcome("good", "refused", SECONDS, MEGABYTES).wrong


def test_chance_can_be_repeated() -> None:
    assert changed(7) == changed(7) != changed(8)
