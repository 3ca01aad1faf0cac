"""A file is replaced in one step or not at all, and a diff shows exactly what changes."""

import stat
from pathlib import Path

import pytest

from gateway.editing import Change, Refused, difference, read_exactly, write


def test_a_new_file_gets_its_folders(tmp_path: Path) -> None:
    write(Change(tmp_path / "a" / "b.yaml", "text\r\n"))

    assert (tmp_path / "a" / "b.yaml").read_bytes() == b"text\r\n"


def test_a_file_keeps_its_mode_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    path.chmod(0o640)
    write(Change(path, "new", "old"))

    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file, no folder")
    (tmp_path / "folder").mkdir()

    with pytest.raises(Refused, match=r"b\.yaml cannot be written: (not a directory|file exists)"):
        write(Change(tmp_path / "a" / "b.yaml", "new"))
    with pytest.raises(Refused, match="folder cannot be written: is a directory"):
        write(Change(tmp_path / "folder", "new"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]


@pytest.mark.parametrize(("content", "reason"), [(None, "cannot be read: no such file"), (b"\xff", "is not UTF-8")])
def test_what_cannot_be_read_is_told(content: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Refused, match=reason):
        read_exactly(path)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("a\nb\n", "a\nc\n", "--- x\n+++ x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
        (None, "a\n", "--- /dev/null\n+++ x\n@@ -0,0 +1 @@\n+a\n"),
        ("a", "a\n", "--- x\n+++ x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
        ("a\x85b\n", "a\x85c\n", "--- x\n+++ x\n@@ -1 +1 @@\n-a\x85b\n+a\x85c\n"),
        ("a\n", "a\n", ""),
    ],
)
def test_the_difference_is_one_that_patch_reads(before: str | None, after: str, shown: str) -> None:
    assert difference(Change(Path("x"), after, before)) == shown
