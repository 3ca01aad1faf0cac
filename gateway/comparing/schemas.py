"""Two JSON Schemas: what the one lets pass and the other does not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gateway.comparing.keywords import Bound, Path, bindings

_DEEPEST = 40
_MOST_STEPS = 20_000
"""Schemas that share parts can be walked in more ways than anybody waits for."""


class Side:
    """A document, for what its schemas refer to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def flat(self, schema: Any, above: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The schema itself, with what it refers to and what `allOf` adds laid into it.

        `above` are the references that led here: one that leads back adds nothing.
        """
        if not isinstance(schema, dict):
            return {} if schema is not False else {"enum": []}
        found: dict[str, Any] = {}
        name = _name(schema)
        referred = [self.at(name)] if name and name not in above else []
        for part in (*referred, *schema.get("allOf", ())):
            found = _joined(found, self.flat(part, above | {name}))
        return _joined(found, {key: value for key, value in schema.items() if key not in {"$ref", "allOf"}})

    def at(self, reference: str) -> Any:
        """What a local reference leads to."""
        found: Any = self._document
        for word in reference.removeprefix("#").split("/")[1:]:
            key = word.replace("~1", "/").replace("~0", "~")
            found = found.get(key, {}) if isinstance(found, dict) else {}
        return found


class Comparison:
    """Walks two schemas side by side; recursive ones are walked once around."""

    def __init__(self, loose: Side, tight: Side) -> None:
        self._loose = loose
        self._tight = tight
        self._open: set[tuple[str, str]] = set()
        self._steps = 0

    def bounds(self, loose: Any, tight: Any, path: Path = ()) -> Iterator[Bound]:
        """What `tight` keeps from passing, of what `loose` lets pass."""
        with self._once(loose, tight, path) as new:
            if not new:
                return
            one, other = self._loose.flat(loose), self._tight.flat(tight)
            own = [*bindings(one, other, path)]
            yield from own
            if not any(bound.keyword == "type" for bound in own):
                yield from self._parts(one, other, path)

    def gone(self, loose: Any, tight: Any, path: Path = ()) -> Iterator[Path]:
        """The properties that `loose` names and `tight` does not."""
        with self._once(loose, tight, path) as new:
            if not new:
                return
            one, other = self._loose.flat(loose), self._tight.flat(tight)
            known = other.get("properties", {})
            for name, schema in one.get("properties", {}).items():
                if name not in known:
                    yield (*path, name)
                else:
                    yield from self.gone(schema, known[name], (*path, name))
            if "items" in one and "items" in other:
                yield from self.gone(one["items"], other["items"], (*path, "[]"))

    @contextmanager
    def _once(self, loose: Any, tight: Any, path: Path) -> Iterator[bool]:
        """Whether the two are not being walked already, somewhere above."""
        pair = (_name(loose), _name(tight))
        self._steps += 1
        if (all(pair) and pair in self._open) or len(path) > _DEEPEST or self._steps > _MOST_STEPS:
            yield False
            return
        self._open.add(pair)
        try:
            yield True
        finally:
            self._open.discard(pair)

    def _parts(self, one: dict[str, Any], other: dict[str, Any], path: Path) -> Iterator[Bound]:
        known, closed = one.get("properties", {}), other.get("additionalProperties") is False
        for name, schema in other.get("properties", {}).items():
            if name in known:
                yield from self.bounds(known[name], schema, (*path, name))
        for name in known if closed else ():
            if name not in other.get("properties", {}):
                yield Bound((*path, name), "known", True, False)
        if closed and one.get("additionalProperties") is not False:
            yield Bound(path, "additionalProperties", True, False)
        for keyword, step in (("items", "[]"), ("additionalProperties", "*")):
            if isinstance(other.get(keyword), dict):
                yield from self.bounds(one.get(keyword, {}), other[keyword], (*path, step))
        yield from self._alternatives(one, other, path)

    def _alternatives(self, one: dict[str, Any], other: dict[str, Any], path: Path) -> Iterator[Bound]:
        """Each branch of the loose one has to pass one of the other's."""
        if not any(key in side for key in ("anyOf", "oneOf") for side in (one, other)):
            return
        allowed = _branches(other)
        for branch in _branches(one):
            if not any(next(self.bounds(branch, target, path), None) is None for target in allowed):
                yield Bound(path, "alternative", branch, None)


def _branches(schema: dict[str, Any]) -> list[Any]:
    found = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return found or [{key: value for key, value in schema.items() if key not in {"anyOf", "oneOf"}}]


def _joined(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    joined = {**below, **above}
    if "properties" in below and "properties" in above:
        both = below["properties"].keys() & above["properties"].keys()
        twice = {name: {"allOf": [below["properties"][name], above["properties"][name]]} for name in both}
        joined["properties"] = {**below["properties"], **above["properties"], **twice}
    if "required" in below and "required" in above:
        joined["required"] = [*dict.fromkeys([*below["required"], *above["required"]])]
    return joined


def _name(schema: Any) -> str:
    return str(schema.get("$ref", "")) if isinstance(schema, dict) else ""
