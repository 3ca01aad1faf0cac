"""What a killed supervisor leaves is cleared away by the next, and nothing that somebody serves from."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gateway.serving.folder import clear, shared_folder
from tests.running import ROOT

HOLDS = """
import sys
from gateway.serving.folder import shared_folder
with shared_folder() as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(name="place", autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_goes_with_who_made_it(place: Path) -> None:
    with shared_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert list(place.iterdir()) == []


def test_what_somebody_serves_from_stays(place: Path) -> None:
    with shared_folder() as one, shared_folder() as two:
        clear(place)
        assert {one, two} == set(place.iterdir())


def test_what_is_not_ours_to_judge_stays(place: Path) -> None:
    stranger, link = place / "gateway-serve-stranger", place / "gateway-serve-link"
    stranger.mkdir()
    (stranger / "kept").touch()
    (place / "elsewhere").mkdir()
    (place / "elsewhere" / "lock").touch()
    link.symlink_to(place / "elsewhere")
    with shared_folder():
        pass
    assert (stranger / "kept").exists()
    assert (place / "elsewhere" / "lock").exists()


def test_a_killed_ones_folder_is_gone_when_the_next_one_starts(place: Path) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        env={"TMPDIR": str(place)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    left = Path(killed.stdout.readline().strip())
    clear(place)
    assert left.exists()
    killed.kill()
    killed.communicate()
    assert left.exists()
    with shared_folder() as folder:
        assert list(place.iterdir()) == [folder]
