"""Only files with an end are opened."""

import os
from pathlib import Path

import pytest

from gateway.files import opened


def test_a_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    with opened(tmp_path / "a") as stream:
        assert stream.read() == b"text"


def test_a_link_to_a_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "b").symlink_to("a")
    with opened(tmp_path / "b") as stream:
        assert stream.read() == b"text"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        opened(tmp_path / "pipe")


def test_a_device_is_not_read() -> None:
    with pytest.raises(OSError, match="not a regular file"):
        opened(Path("/dev/zero"))


def test_a_directory_is_named_as_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        opened(tmp_path)


def test_nothing_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(OSError, match="not a regular"):
            opened(Path("/dev/null"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
