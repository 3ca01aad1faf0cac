"""A schema that refers to files becomes one that stands for itself.

What is referred to is put in the reference's place. Only a schema that holds itself cannot be: it moves to `$defs` at
the top and is referred to there.
"""

from collections.abc import Container, Mapping
from typing import Any

import msgspec

from gateway.loading.schema_files import Document, Files, Unusable

MOST = 50_000
"""Values in one schema once it stands for itself."""

ONE = frozenset({"additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not"})
ONE |= {"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
MANY = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
NAMED = frozenset({"dependencies", "dependentSchemas", "patternProperties", "properties"})
_DROPPED = frozenset({"$anchor", "$comment", "$defs", "$dynamicAnchor", "$id", "$schema", "definitions", "id"})
_DYNAMIC = frozenset({"$dynamicRef", "$recursiveRef"})
_NAMING = ("$anchor", "$dynamicAnchor", "$id", *_DYNAMIC)
"""With one of these, a reference may lead elsewhere than it seems."""
_DEFINITIONS = "#/$defs/"
_NOTES = frozenset({"default", "deprecated", "description", "examples", "readOnly", "title", "writeOnly"})


def stands_alone(schema: Mapping[str, Any]) -> bool:
    """Whether all that the schema refers to is in its own `$defs`: then it can stay as it is."""
    known = schema.get("$defs")
    return isinstance(known, dict) and _refers_within(schema, {f"{_DEFINITIONS}{name}" for name in known})


def _refers_within(node: Any, known: Container[str]) -> bool:
    if isinstance(node, list):
        return all(_refers_within(part, known) for part in node)
    if not isinstance(node, dict):
        return True
    reference = node.get("$ref")
    if _is_named(node) or (isinstance(reference, str) and reference not in known):
        return False
    return all(_refers_within(part, known) for part in node.values())


def _is_named(node: Mapping[str, Any]) -> bool:
    return any(isinstance(node.get(key), str) for key in _NAMING)


class _Done(msgspec.Struct, frozen=True):
    """A schema in its final form; `size` counts its values, `whole` tells that it needs no `$defs`."""

    schema: Any
    size: int
    whole: bool


class Inliner:
    """Resolves schemas; what was resolved once is taken again."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._done: dict[tuple[str, str], _Done] = {}

    def inline(self, document: Document, reference: str | None = None) -> Any:
        """The document's root, or what it refers to, without references. Raises Unusable with what is in the way."""
        work = _Work(self._files, self._done)
        try:
            if reference is None:
                schema = work.target(document, "", document.root)
            else:
                schema = work.target(*self._files.find(document, reference))
        except RecursionError:
            raise Unusable("GW216", "the schema nests too deep") from None
        if schema is True or schema is False:
            return {} if schema else {"not": {}}
        return {**schema, "$defs": work.recursive} if work.recursive else schema


class _Work:
    """One schema on its way; `recursive` are those that hold themselves, by their name in `$defs`."""

    def __init__(self, files: Files, done: dict[tuple[str, str], _Done]) -> None:
        self.recursive: dict[str, Any] = {}
        self._files = files
        self._shared = done
        self._own: dict[tuple[str, str], _Done] = {}
        self._active: dict[tuple[str, str], bool] = {}
        self._size = 0
        self._loops = 0

    def target(self, document: Document, pointer: str, schema: Any) -> Any:
        """What a reference leads to, in its final form."""
        key = (document.name, pointer)
        if key in self._active:
            self._active[key] = True
            self._loops += 1
            return {"$ref": f"#/$defs/{_name(key)}"}
        known = self._own.get(key) or self._shared.get(key)
        if known is None:
            known = self._resolved(key, document, schema)
        else:
            self._grow(known.size)
            self._loops += not known.whole
        return known.schema

    def _resolved(self, key: tuple[str, str], document: Document, schema: Any) -> _Done:
        size, loops = self._size, self._loops
        self._active[key] = False
        final = self._schema(document, schema)
        if self._active.pop(key):
            self.recursive[_name(key)] = final
            final = {"$ref": f"#/$defs/{_name(key)}"}
        known = _Done(final, self._size - size, self._loops == loops)
        (self._shared if known.whole and document.path is not None else self._own)[key] = known
        return known

    def _schema(self, document: Document, schema: Any) -> Any:
        self._grow(1)
        if not isinstance(schema, dict):
            return schema
        if not _DYNAMIC.isdisjoint(schema):
            raise Unusable("GW214", "dynamic references are not followed: use `$ref`")
        final = {key: self._keyword(document, key, value) for key, value in schema.items() if key not in _DROPPED}
        if not isinstance(schema.get("$ref"), str):
            return final
        del final["$ref"]
        return _beside(self.target(*self._files.find(document, schema["$ref"])), final)

    def _keyword(self, document: Document, key: str, value: Any) -> Any:
        if key in NAMED and isinstance(value, dict):
            return {name: self._schema(document, part) for name, part in value.items()}
        if key in MANY and isinstance(value, list):
            return [self._schema(document, part) for part in value]
        if key in ONE:
            return self._schema(document, value)
        self._grow(1)
        return value

    def _grow(self, by: int) -> None:
        self._size += by
        if self._size > MOST:
            raise Unusable("GW216", f"the schema has more than {MOST:,} values once its references are filled in")


def _beside(target: Any, siblings: dict[str, Any]) -> Any:
    """A reference may have keywords beside it: notes replace the target's, all else holds as well."""
    if not siblings:
        return target
    if isinstance(target, dict) and "$ref" not in target and siblings.keys() <= _NOTES:
        return {**target, **siblings}
    return {"allOf": [target], **siblings}


def _name(key: tuple[str, str]) -> str:
    """A name in `$defs` that needs no escaping and says where the schema is from."""
    file, pointer = key
    words = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in f"{file}{pointer}")
    return words.strip("-") or "root"
