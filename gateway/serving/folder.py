"""The folder that a supervisor shares with its workers: gone with it, or with the next one if it was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "gateway-serve-"
_LOCK = "lock"


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Nobody else may look inside. Clears away what supervisors that were killed have left."""
    place = Path(tempfile.gettempdir())
    clear(place)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    held = _locked(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def clear(place: Path) -> None:
    """A lock ends with its process, however that ends, and in whichever container it was."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another's, or gone by now, or locked: somebody serves from it
            _clear(folder)


def _clear(folder: Path) -> None:
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        return
    held = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(held)


def _locked(folder: Path) -> int:
    """The lock has its name only when it is held, so that nobody finds it free."""
    unnamed = folder / "unnamed"
    held = os.open(unnamed, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    unnamed.rename(folder / _LOCK)
    return held
