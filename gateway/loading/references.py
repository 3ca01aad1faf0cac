"""`${NAME}`, `${NAME:-default}`, `${file:/path}`, `${vault:path#field}`: values that come from outside of the file.

A reference gives text, never structure: what it gives is not read as YAML and not looked through for references.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from gateway.diagnostics import Problem
from gateway.files import opened
from gateway.loading.outside import Outside
from gateway.loading.source import Reference, Source
from gateway.loading.targets import Targets, is_secret, placeholder, typed
from gateway.loading.tree import Keys

_PIECE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_VARIABLE = re.compile(r"(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(:-.*)?", re.DOTALL)
_SCHEME = re.compile(r"([a-z][a-z0-9-]*):(.+)", re.DOTALL)
_OTHERS = re.compile(
    r"[{ ]*(?:(file|env|secrets|vars)[:.])?([/\w-]+?) *(?:(?::?[-=?+]|:)(.*))?[} ]*", re.IGNORECASE | re.DOTALL
)
_LARGEST = 1_000_000
_LONGEST = 200
MOST = 20_000
"""References of a config; one with a thousand endpoints has about fifty."""
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_/.]+")
_IN_A_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]*")


class Surroundings(msgspec.Struct, frozen=True):
    """Where values come from; `lenient` lets a reference without value pass with a warning."""

    environ: Mapping[str, str]
    lenient: bool
    outside: Outside


class Resolver:
    """Puts values in the place of references, and notes which are secret."""

    def __init__(self, source: Source, targets: Targets, surroundings: Surroundings) -> None:
        self._source = source
        self._targets = targets
        self._surroundings = surroundings
        self.files: list[Path] = []
        self.problems: list[Problem] = []

    def resolve(self, data: Any, references: Iterable[tuple[Keys, str]]) -> None:
        """Changes `data` in place; what is no longer there, such as an `x-` key, is left alone."""
        count = 0
        for path, text in references:
            holder, count = _holder(data, path), count + text.count("${")
            if count > MOST:
                self._report("GW008", path, f"the file has more than {MOST:,} references")
                break
            if holder is not None:
                holder[path[-1]] = self._value(path, text)
        self.problems.extend(_secrets_in_addresses(self._source))

    def _value(self, path: Keys, text: str) -> Any:
        kinds = self._targets.at(path)
        secret = is_secret(kinds)
        pieces = tuple(_pieces(text, self._surroundings.outside.schemes))
        found = [piece if isinstance(piece, str) else self._lookup(piece, path) for piece in pieces]
        references = tuple(piece for piece in pieces if isinstance(piece, Reference))
        self._source.referred(path, text, references, secret=secret)
        if None in found:
            self._source.unset.add(path)
            return placeholder("".join(_filled(pieces, found)), kinds)
        self._check_path(path, pieces, found)
        return typed("".join(value or "" for value in found), kinds)

    def _lookup(self, reference: Reference, path: Keys) -> str | None:
        if reference.kind == "wrong":
            self._report("GW202", path, *_wrong(reference.name, self._surroundings.outside.schemes))
            return None
        if reference.kind not in ("env", "file"):
            return self._fetched(reference, path)
        value = self._read(reference, path) if reference.kind == "file" else self._variable(reference)
        if value is None and (reference.kind == "env" or self._surroundings.lenient):
            message = (
                f"`{reference.name}` is not set" if reference.kind == "env" else f"`{reference.name}` is not there"
            )
            hint = f"a parameter is written `{{{reference.name}}}`" if path[-1] in ("route", "upstream") else ""
            self._report("GW201", path, message, hint, "warning" if self._surroundings.lenient else "error")
        return value

    def _variable(self, reference: Reference) -> str | None:
        value = self._surroundings.environ.get(reference.name)
        return reference.default if reference.default is not None and not value else value

    def _fetched(self, reference: Reference, path: Keys) -> str | None:
        outside = self._surroundings.outside
        if not outside.asked:
            return None
        try:
            return outside.read(reference.kind, reference.name)
        except LookupError as missing:
            message = f"`{reference.name}` cannot be read: {missing.args[0]}"
            self._report("GW201", path, message, "", "warning" if self._surroundings.lenient else "error")
            return None

    def _read(self, reference: Reference, path: Keys) -> str | None:
        file = self._source.folder(path) / reference.name
        self.files.append(file)
        try:
            with opened(file) as stream:
                text = stream.read(_LARGEST).decode("utf-8")
        except (OSError, ValueError) as error:
            if not self._surroundings.lenient:
                reason = (error.strerror or "unknown").lower() if isinstance(error, OSError) else "it is not UTF-8"
                self._report("GW201", path, f"`{reference.name}` cannot be read: {reason}")
            return None
        return text.removesuffix("\n").removesuffix("\r")

    def _check_path(self, path: Keys, pieces: tuple["str | Reference", ...], found: list[str | None]) -> None:
        """A value in a path must not add a segment, a query or a parameter to it."""
        if path[-1] not in ("route", "upstream") and path[-2:-1] != ("rewrite",):
            return
        for piece, value in zip(pieces, found, strict=True):
            if isinstance(piece, Reference) and not _IN_A_PATH.fullmatch(value or ""):
                self._report("GW206", path, f"the value of `{piece.name}` cannot stand in a path")

    def _report(
        self, code: str, path: Keys, message: str, hint: str = "", severity: Literal["error", "warning"] = "error"
    ) -> None:
        self.problems.append(self._source.problem(code, path, message, hint=hint, severity=severity))


def _pieces(text: str, schemes: tuple[str, ...]) -> Iterator["str | Reference"]:
    end = 0
    for found in _PIECE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        yield "${" if found[0] == "$${" else _reference(found[1], schemes, closed=bool(found[2]))
        end = found.end()
    if end < len(text):
        yield text[end:]


def _reference(inner: str, schemes: tuple[str, ...], *, closed: bool) -> Reference:
    if not closed or "${" in inner:
        return Reference("wrong", inner)
    if (variable := _VARIABLE.fullmatch(inner)) is not None:
        return Reference("env", variable[1], variable[2] and variable[2][2:])
    found = _SCHEME.fullmatch(inner)
    if found is not None and found[1] in ("file", *schemes):
        return Reference(found[1], found[2])
    return Reference("wrong", inner)


def _wrong(inner: str, schemes: tuple[str, ...]) -> tuple[str, str]:
    if "${" in inner:
        return "a reference cannot hold another one", "a default is plain text, and ends at the first `}`"
    others = "".join(f", `${{{scheme}:…}}`" for scheme in schemes)
    message = f"this is not a reference: `${{NAME}}`, `${{NAME:-default}}`{others} or `${{file:/path}}`"
    return message, _meant(inner) or "write `$${` for the two characters themselves"


def _meant(inner: str) -> str:
    """The reference that somebody who knows other tools has in mind."""
    found = _OTHERS.fullmatch(inner) if len(inner) < _LONGEST else None
    if found is None:
        return ""
    kind, name, default = found[1], found[2], found[3]
    if kind and kind.lower() == "file":
        return f"write `${{file:{name}{default or ''}}}`"
    return f"write `${{{name}:-…}}` for a default" if default else f"write `${{{name}}}`"


def _filled(pieces: tuple["str | Reference", ...], found: list[str | None]) -> Iterator[str]:
    for piece, value in zip(pieces, found, strict=True):
        name = _NOT_A_NAME.sub("-", piece.name).strip("-") if isinstance(piece, Reference) else ""
        yield value if value is not None else f"unset-{name}"


def _secrets_in_addresses(source: Source) -> Iterator[Problem]:
    for path, references in source.references():
        secret = next((one.name for one in references if source.is_secret(one)), None)
        if secret is not None and path[-1] == "base_url":
            message = f"`{secret}` is a secret, and secrets do not belong in an address"
            yield source.problem("GW204", path, message, hint="addresses appear in logs and documents")


def _holder(data: Any, path: Keys) -> Any:
    """The map or list that holds the value, if it is still there."""
    for key in path[:-1]:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data if path and isinstance(data, (dict, list)) else None
