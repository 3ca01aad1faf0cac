"""Secrets that are written out in the file: legal, but surely not what was meant, and never to be shown."""

from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from gateway.diagnostics import Problem
from gateway.loading.source import Source
from gateway.loading.targets import Targets, branches, flat, is_secret, steps
from gateway.loading.tree import Keys
from gateway.loading.walking import entries


def literal_secrets(data: Any, targets: Targets, source: Source) -> Iterator[Problem]:
    """Hides each of them from all excerpts, and gives the warnings."""
    found = _Finder().within(targets.root, data, ())
    told = [path for path, value in found if _written_out(source, path, value)]
    for path in (*told, *_unknown(data, targets, source)):
        source.hide(path, key=":" in str(path[-1]))
    for path in told:
        yield source.problem("GW205", path, f"the secret `{path[-1]}` is written out", hint='refer to it: "${NAME}"')


def _written_out(source: Source, path: Keys, value: Any) -> bool:
    references = source.references_at(path)
    if references:
        return any(one.default for one in references)
    return value not in ("", None)


def _unknown(data: Any, targets: Targets, source: Source) -> Iterator[Keys]:
    """What stands in a credential under a key that is misspelt, or of a scheme that is: it may well be a secret."""
    for name, integration in entries(data, "integrations"):
        credential = integration.get("credential")
        if isinstance(credential, str) and not source.references_at(("integrations", name, "credential")):
            yield "integrations", name, "credential"
        for key, value in credential.items() if isinstance(credential, dict) else ():
            path = ("integrations", name, "credential", key)
            if key != "use" and not targets.at(path) and (":" in key or _written_out(source, path, value)):
                yield path


class _Finder:
    """Walks data and types side by side; passes over types that hold no secret anywhere."""

    def __init__(self) -> None:
        self._holding: dict[int, bool] = {}

    def within(self, kind: inspect.Type, value: Any, path: Keys) -> Iterator[tuple[Keys, Any]]:
        if not self._holds(kind):
            return
        for branch in branches(kind, value):
            if is_secret([branch]):
                yield path, value
            for key, inner, item in _parts(branch, value):
                yield from self.within(inner, item, (*path, key))

    def _holds(self, kind: inspect.Type) -> bool:
        if id(kind) not in self._holding:
            self._holding[id(kind)] = False
            self._holding[id(kind)] = any(is_secret([one]) or any(map(self._holds, _inner(one))) for one in flat(kind))
        return self._holding[id(kind)]


def _parts(kind: inspect.Type, value: Any) -> Iterator[tuple[str | int, inspect.Type, Any]]:
    """The keys or indexes of a value, with the types that stand there."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ((key, step, item) for step in steps(kind, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((index, step, item) for step in steps(kind, index))


def _inner(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields)
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, (inspect.ListType, inspect.VarTupleType)):
        yield kind.item_type
