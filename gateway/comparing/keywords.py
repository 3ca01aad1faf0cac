"""Two JSON Schemas, keyword by keyword: what is said of a value itself, and not of its parts."""

from collections.abc import Iterator
from typing import Any

import msgspec

Path = tuple[str, ...]

_LEAST = ("minimum", "exclusiveMinimum")
_FEWEST = ("minLength", "minItems", "minProperties", "minContains")
_MOST = (
    "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains",
)  # fmt: skip
_EXACT = ("pattern", "format", "multipleOf", "uniqueItems", "not", "if", "patternProperties", "prefixItems", "contains")
_NOTHING: tuple[Any, ...] = (None, False)
"""Values that bind nothing."""


class Bound(msgspec.Struct, frozen=True):
    """One place where `loose` lets more pass than `tight`; `keyword` is that of the schema, or `known`."""

    path: Path
    keyword: str
    loose: Any
    tight: Any


Schema = dict[str, Any]


def bindings(loose: Schema, tight: Schema, path: Path) -> Iterator[Bound]:
    """What the keywords of `tight` keep from passing, of what those of `loose` let pass."""
    yield from _types(loose, tight, path)
    yield from _values(loose, tight, path)
    yield from _limits(loose, tight, path)
    for key in _EXACT:
        if tight.get(key) not in _NOTHING and tight[key] != loose.get(key):
            yield Bound(path, key, loose.get(key), tight[key])
    for name in tight.get("required", ()):
        if name not in loose.get("required", ()):
            yield Bound((*path, name), "required", False, True)


def _types(loose: Schema, tight: Schema, path: Path) -> Iterator[Bound]:
    one, other = _kinds(loose), _kinds(tight)
    if other is not None and (one is None or not one <= other | _whole(other)):
        yield Bound(path, "type", _shown(one), _shown(other))


def _kinds(schema: Schema) -> set[str] | None:
    """None stands for anything."""
    written = schema.get("type")
    if written is not None:
        return {written} if isinstance(written, str) else set(written)
    branches = [_kinds(branch) for key in ("anyOf", "oneOf") for branch in schema.get(key, ())]
    known = [kinds for kinds in branches if kinds is not None]
    return set[str]().union(*known) if known and len(known) == len(branches) else None


def _whole(kinds: set[str]) -> set[str]:
    """A number may be an integer."""
    return {"integer"} if "number" in kinds else set()


def _shown(kinds: set[str] | None) -> str | None:
    return None if kinds is None else " or ".join(sorted(kinds, key=lambda kind: (kind == "null", kind)))


def _values(loose: Schema, tight: Schema, path: Path) -> Iterator[Bound]:
    one, other = _listed(loose), _listed(tight)
    if other is not None and (one is None or any(value not in other for value in one)):
        yield Bound(path, "enum", one, other)


def _listed(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _limits(loose: Schema, tight: Schema, path: Path) -> Iterator[Bound]:
    for key in (*_LEAST, *_FEWEST):
        lowest = 0 if key in _FEWEST else float("-inf")
        if key in tight and tight[key] > loose.get(key, lowest):
            yield Bound(path, key, loose.get(key), tight[key])
    for key in _MOST:
        if key in tight and tight[key] < loose.get(key, float("inf")):
            yield Bound(path, key, loose.get(key), tight[key])
