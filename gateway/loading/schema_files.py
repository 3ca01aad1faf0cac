"""The files that `$ref` names: local, JSON or YAML, each read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from gateway.diagnostics import InvalidConfig
from gateway.loading.reading import Text, compose, read_text
from gateway.loading.tree import Tree

MOST_VALUES = 500_000
"""Of a schema file, about: each has a comma or a bracket before it."""


class Unusable(Exception):
    """A schema cannot be used; the place is known to who asked for it."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Document(msgspec.Struct, frozen=True, eq=False):
    """A file with schemas, or a schema in the config itself, which has no path of its own."""

    name: str
    folder: Path
    root: Any
    path: Path | None = None


class Files:
    """Reads schema files; `texts` are what was read, by path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[Path, Document | Unusable] = {}
        self.texts: dict[Path, str] = {}
        self.missing: list[Path] = []

    def find(self, document: Document, reference: str) -> tuple[Document, str, Any]:
        """Where a `$ref` leads: the document, the pointer, and the schema there. Raises Unusable."""
        address, _, pointer = reference.partition("#")
        if "://" in address or address.startswith(("/", "\\", "urn:", "file:")):
            raise Unusable(
                "GW214", f"`{reference}` is not a local file", "name a file relative to the one that says it"
            )
        pointer = unquote(pointer)
        try:
            target = self._document(document.folder / unquote(address)) if address else document
            return target, pointer, _pointed(target, pointer, reference)
        except Unusable as unusable:
            if document.path is None:
                raise
            raise Unusable(unusable.code, f"{unusable.message}, says `{document.name}`", unusable.hint) from None

    def _document(self, path: Path) -> Document:
        path = Path(*_plain(path.parts))
        if path not in self._documents:
            try:
                self._documents[path] = self._read(path)
            except Unusable as unusable:
                self._documents[path] = unusable
        found = self._documents[path]
        if isinstance(found, Unusable):
            raise found
        return found

    def _read(self, path: Path) -> Document:
        name = self._name(path)
        try:
            self.texts[path] = text = read_text(path)
        except (InvalidConfig, ValueError) as error:
            self.missing.append(path)
            reason = error.problems[0].message if isinstance(error, InvalidConfig) else "the file cannot be read"
            raise Unusable("GW210", f"schema `{name}`: {reason}") from None
        if sum(map(text.count, ",[{")) > MOST_VALUES:
            raise Unusable("GW216", f"schema `{name}` has more than {MOST_VALUES:,} values")
        root = _json(name, text) if path.suffix == ".json" else _yaml(name, text)
        if not isinstance(root, (dict, bool)):
            raise Unusable("GW211", f"schema `{name}`: the file holds no schema")
        return Document(name, path.parent, root, path)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix() if path.is_relative_to(self._folder) else path.as_posix()


def _plain(parts: tuple[str, ...]) -> list[str]:
    """Without `..` where something stands before it, so that one file has one name."""
    plain: list[str] = []
    for part in parts:
        if part == ".." and plain and plain[-1] not in {"..", "/"}:
            plain.pop()
        else:
            plain.append(part)
    return plain


def _json(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        reason = "it nests too deep" if isinstance(error, RecursionError) else str(error).lower()
        raise Unusable("GW211", f"schema `{name}` is not JSON: {reason}") from None


def _yaml(name: str, text: str) -> Any:
    source = Text(name, text)
    try:
        tree = Tree(compose(source), source)
        problems = tuple(tree.problems)
    except InvalidConfig as invalid:
        problems = invalid.problems
    if problems:
        place = problems[0].place
        raise Unusable("GW211", f"schema `{name}`, line {place.line}: {problems[0].message}")
    return tree.data


def _pointed(document: Document, pointer: str, reference: str) -> Any:
    if pointer and not pointer.startswith("/"):
        raise Unusable(
            "GW213", f"`{reference}` leads nowhere", "after `#` stands a JSON pointer, such as `#/$defs/item`"
        )
    found = document.root
    for word in pointer.split("/")[1:]:
        key = word.replace("~1", "/").replace("~0", "~")
        found = _step(found, key)
        if found is None:
            raise Unusable("GW213", f"`{reference}` leads nowhere: there is no `{key}`")
    return found


def _step(found: Any, key: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(key)
    if isinstance(found, list) and key.isascii() and key.isdigit() and int(key) < len(found):
        return found[int(key)]
    return None
