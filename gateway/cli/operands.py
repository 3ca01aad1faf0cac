"""What `gateway diff` compares: a file, a file of a git revision, or what a running gateway has loaded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol

import msgspec

from gateway.cli import instances
from gateway.cli.compiling import compiled
from gateway.cli.documents import document_of
from gateway.cli.loading import rendered
from gateway.cli.reporting import USAGE_EXIT, refuse, say_problems
from gateway.cli.revisions import checked_out, is_revision, path_within
from gateway.diagnostics import InvalidConfig
from gateway.rendering import Rendered


class Operand(Protocol):
    """Either side. Both methods end the command where there is nothing good to compare."""

    @property
    def runs(self) -> bool: ...
    def config(self) -> Rendered: ...
    def document(self) -> Mapping[str, Any]: ...


class Running(msgspec.Struct, frozen=True):
    """A gateway at its admin address."""

    address: str
    runs: bool = True

    def config(self) -> Rendered:
        return instances.config_of(self.address)

    def document(self) -> Mapping[str, Any]:
        return instances.document_of(self.address)


class Written(msgspec.Struct, frozen=True):
    """A file; one of a revision lies in the folder `within`, and `prefix` stands for that in all that is told."""

    path: Path
    within: str = ""
    prefix: str = ""
    runs: bool = False

    def config(self) -> Rendered:
        try:
            found = rendered(self.path)
        except InvalidConfig as invalid:
            self._refuse(invalid)
        origins = {pointer: self._named(origin) for pointer, origin in found.origins.items()}
        return msgspec.structs.replace(found, origins=origins)

    def document(self) -> Mapping[str, Any]:
        try:
            return document_of(compiled(self.path))
        except InvalidConfig as invalid:
            self._refuse(invalid)

    def _named(self, place: str) -> str:
        return place.replace(f"{self.within}/", self.prefix, 1) if self.within else place

    def _refuse(self, invalid: InvalidConfig) -> NoReturn:
        say_problems(invalid.problems)
        refuse(f"{self._named(str(self.path))} is no valid config, so it cannot be compared", USAGE_EXIT)


def is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def is_file(text: str) -> bool:
    return not is_address(text) and (Path(text).is_file() or not _revision(text, Path.cwd()))


@contextmanager
def opened(text: str, otherwise: Path) -> Iterator[Operand]:
    """What `text` names; a revision without a path means the file `otherwise`, as it was then."""
    if is_address(text):
        yield Running(text)
        return
    if Path(text).is_file():
        yield Written(Path(text))
        return
    revision, colon, path = text.partition(":")
    folder = Path.cwd() if colon else otherwise.resolve().parent
    if not is_revision(revision, folder):
        refuse(f"there is no file and no git revision `{text}`")
    if not colon:
        path = path_within(otherwise.resolve())
    elif path.startswith("./"):
        path = path_within(Path(path).resolve())
    with checked_out(revision, folder) as made:
        if not (made / path).is_file():
            refuse(f"there is no `{path}` in revision `{revision}`")
        yield Written(made / path, str(made), f"{revision}:")


def _revision(text: str, folder: Path) -> bool:
    return is_revision(text.partition(":")[0], folder)
