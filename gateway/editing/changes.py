"""A file as it is and as it is to be: shown as a diff, or written so that nobody ever sees half of it."""

import difflib
import os
import tempfile
from pathlib import Path

import msgspec

from gateway.editing.refusing import Refused

_NEW_FILE_MODE = 0o644


class Change(msgspec.Struct, frozen=True):
    """`before` is None where there is no such file yet; both texts keep the file's own line ends."""

    path: Path
    text: str
    before: str | None = None


def read_exactly(path: Path) -> str:
    """The text with its line ends and its byte order mark, if it has one. Raises Refused."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {(error.strerror or 'unknown').lower()}") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8") from None


def difference(change: Change) -> str:
    """As `diff -u` writes it; empty where nothing changes."""
    old = _lines(change.before or "")
    name = change.path.as_posix()
    made = difflib.unified_diff(old, _lines(change.text), name if change.before is not None else "/dev/null", name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in made)


def _lines(text: str) -> list[str]:
    """Only a line feed ends a line of a diff: other signs that Python takes for line ends stay inside."""
    return [line + "\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]


def write(change: Change) -> None:
    """Puts the text in the file's place in one step, with the file's mode. Raises Refused."""
    path = change.path.resolve()  # a link stays one: what it leads to is replaced
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o7777 if path.exists() else _NEW_FILE_MODE
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise Refused(f"{change.path} cannot be written: {(error.strerror or 'unknown').lower()}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(change.text.encode())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise Refused(f"{change.path} cannot be written: {(error.strerror or 'unknown').lower()}") from None
