"""The config that serves, kept aside: a worker that is started again begins with it, whatever the file says by then.

A copy of every file that is no secret, in the folder of the workers, under the name that it has, so that files find
each other as before; a secret is led to and not copied.
"""

import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from gateway.loading import Loaded

logger = logging.getLogger("gateway")

_SERVING = "serving"
_WRITTEN = frozenset({".yaml", ".yml", ".json"})


class Aside:
    """`keep` after each load; `config` is where the newest one is, None as long as there is none."""

    def __init__(self, folder: Path, config: Path) -> None:
        self.folder = folder
        self._config = config.absolute()

    @property
    def config(self) -> Path | None:
        kept = _below(self.folder / _SERVING, self._config)
        return kept if kept.is_file() else None

    def keep(self, loaded: Loaded) -> None:
        """Workers that keep the same one at the same time do not disturb each other."""
        try:
            self._keep(loaded)
        except OSError as error:  # it serves all the same; only a worker that is started again would not know
            logger.warning("the config cannot be kept aside: %s", error.strerror)

    def _keep(self, loaded: Loaded) -> None:
        target = self.folder / loaded.config.digest
        if not target.is_dir():
            made = self.folder / f"{loaded.config.digest}.{os.getpid()}"
            _copy(self.originals(loaded.files), made)
            if not target.is_dir():
                made.rename(target)
        link = self.folder / f"{_SERVING}.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(target.name)
        link.replace(self.folder / _SERVING)

    def originals(self, files: Iterable[Path]) -> tuple[Path, ...]:
        """The files themselves, also where they were read from here."""
        kept = self.folder / _SERVING
        return tuple(Path("/") / file.relative_to(kept) if file.is_relative_to(kept) else file for file in files)


def _copy(files: Iterable[Path], folder: Path) -> None:
    for file in files:
        place = _below(folder, file.absolute())
        if file.is_dir():  # watched for what may come into it
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in _WRITTEN:
            shutil.copyfile(file, place)
        elif not place.is_symlink():
            place.symlink_to(file.absolute())


def _below(folder: Path, file: Path) -> Path:
    return folder / file.relative_to(file.anchor)
