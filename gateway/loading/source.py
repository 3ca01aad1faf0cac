"""Where things stand in the files: for problems, for `explain`, and for hiding what is secret."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from gateway.diagnostics import Place, Problem, Severity, severity_of
from gateway.loading.levels import Levels
from gateway.loading.sheet import Sheet
from gateway.loading.tree import Keys

PASSWORD = re.compile(r"(?<=://)(?P<user>[^\s/:@]*):(?P<password>\S+)(?=@)|(?i:password|pwd)=(?P<word>[^&\s]+)")
"""In the address of a database: up to the last `@`, whatever the password holds, or in its query."""
_DSN = frozenset({("server", "storage"), ("server", "storage_read"), ("server", "shared_state")})


class Reference(msgspec.Struct, frozen=True):
    """A `${…}`: `kind` is `env`, `file`, the scheme of a source of secrets, or `wrong` for what is none of these.

    `default` is None where none is written.
    """

    kind: str
    name: str
    default: str | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"


class Source:
    """Finds the place of each value; knows which values came from outside and which of them are secret."""

    def __init__(self, main: Sheet, data: Any, prepended: Iterable[str] = ()) -> None:
        self._main = main
        self._sheets: dict[str | int, Sheet] = {}
        self._data = data
        self.levels = Levels(data, frozenset(prepended))
        self._references: dict[Keys, tuple[str, tuple[Reference, ...]]] = {}
        self._secret_fields: set[Keys] = set()
        self._hidden: dict[tuple[str, int], set[tuple[int, int]]] = {}
        self._made: dict[Keys, Keys] = {}
        self.secrets: set[str] = set()
        self.unset: set[Keys] = set()

    @property
    def file(self) -> str:
        return self._main.file

    def adopt(self, integration: str, sheet: Sheet) -> None:
        """An integration that stands in another file."""
        self._sheets[integration] = sheet

    def folder(self, path: Keys) -> Path:
        """What file names at `path` are relative to: the folder of the file that holds them."""
        return self._find(path)[0].folder

    def made_from(self, path: Keys, origin: Keys) -> None:
        """What stands at `path` was not written there, but came of what is written at `origin`."""
        self._made[path] = origin

    def place(self, path: Keys) -> Place:
        """The value if it is a plain one, else its key; of what is not there, the nearest thing that holds it."""
        sheet, key, node = self._find(path)
        return sheet.place(node if isinstance(node, yaml.ScalarNode) and node.value else key)

    def key_place(self, path: Keys) -> Place:
        sheet, key, _ = self._find(path)
        return sheet.place(key)

    def row(self, path: Keys) -> str:
        """The line of the file in which the key stands."""
        sheet, key, _ = self._find(path)
        return sheet.row(key)

    def origin(self, integration: str, endpoint: str | None, path: Keys) -> Place | None:
        """Where an effective policy value was written; None where it is a default that nobody wrote."""
        found = self.levels.origin(integration, endpoint, path)
        return self.place(found) if found is not None else None

    def problem(
        self,
        code: str,
        path: Keys,
        message: str,
        *,
        hint: str = "",
        severity: Severity | None = None,
        allowed: tuple[str, ...] = (),
        at_key: bool = False,
    ) -> Problem:
        """A problem of what stands at `path`; the severity is the code's own unless it is said."""
        place = self.key_place(path) if at_key else self.place(path)
        return self.covered(Problem(code, severity or severity_of(code), place, message, hint, allowed))

    def covered(self, problem: Problem) -> Problem:
        """The problem, its excerpt without secrets."""
        hidden = self._hidden.get((problem.place.file, problem.place.line))
        return msgspec.structs.replace(problem, hidden=tuple(sorted(hidden))) if hidden else problem

    def referred(self, path: Keys, written: str, references: tuple[Reference, ...], *, secret: bool) -> None:
        """Notes that a value came from outside; what fills a secret field, or is no variable, is secret everywhere."""
        self._references[path] = (written, references)
        self.secrets.update(one.id for one in references if secret or one.kind not in ("env", "wrong"))
        if secret:
            self._secret_fields.add(path)

    def references(self) -> Iterator[tuple[Keys, tuple[Reference, ...]]]:
        for path, (_, references) in self._references.items():
            yield path, references

    def references_at(self, path: Keys) -> tuple[Reference, ...]:
        found = self._references.get(path)
        return found[1] if found is not None else ()

    def is_unset(self, path: Keys) -> bool:
        """Whether something else stands in the place of a reference without value."""
        return path in self.unset

    def written(self, path: Keys) -> str | None:
        """The text as it stands in the file, where it refers to something outside."""
        found = self._references.get(path)
        return found[0] if found is not None else None

    def is_open(self, path: Keys) -> bool:
        """Whether a message may tell the value: it stands in the file, and is no secret."""
        return path not in self._references and path not in self._secret_fields

    def is_secret(self, reference: Reference) -> bool:
        return reference.id in self.secrets

    def hide(self, path: Keys, *, key: bool = False) -> None:
        """A secret is written out here, or in the `key`: no excerpt and no message may show it."""
        self._secret_fields.add(path)
        sheet, name, value = self._find(path)
        node = name if key else value
        first, last = sheet.ends(node)
        for line in range(first.line, last.line + 1):
            start = first.column if line == first.line else 1
            length = last.column - start if line == last.line else 10_000
            self._hidden.setdefault((sheet.file, line), set()).add((start, length))

    def masked(self, path: Keys, value: Any = None) -> Any:
        """The value for people to see: `<secret env:NAME>` where it is secret, with the rest of the text around it."""
        value = _at(self._data, path) if value is None else value
        found = self._references.get(path)
        secrets = [one for one in found[1] if self.is_secret(one)] if found is not None else []
        if found is not None and secrets:
            return _replaced(found[0], secrets)
        if path in self._secret_fields:
            return "<secret>"
        return PASSWORD.sub(_hidden, value) if path in _DSN and isinstance(value, str) else value

    def _find(self, path: Keys) -> tuple[Sheet, yaml.Node, yaml.Node]:
        """The file, the key and the value; what was made from something written elsewhere stands there."""
        sheet = self._sheets.get(path[1], self._main) if path[:1] == ("integrations",) and path[1:] else self._main
        key, node, steps = sheet.find(path)
        for end in range(len(path), steps, -1):
            if (origin := self._made.get(path[:end])) is not None:
                return self._find(origin)
        return sheet, key, node


def _hidden(found: re.Match[str]) -> str:
    return f"{found['user']}:<secret>" if found["password"] else found[0].replace(found["word"], "<secret>")


def _replaced(written: str, secrets: list[Reference]) -> str:
    for one in secrets:
        pattern = rf"\$\{{(?:{re.escape(one.kind)}:)?{re.escape(one.name)}(?::-[^}}]*)?\}}"
        written = re.sub(pattern, lambda _, shown=one.id: f"<secret {shown}>", written)  # type: ignore[misc]
    return written


def _at(data: Any, path: Keys) -> Any:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data
