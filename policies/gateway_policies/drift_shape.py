"""How the shape of an answer differs from the declared one: fields and types, never what stands in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

import msgspec

from gateway import JsonSchema
from gateway_policies.texts import validator, wanted_types

Kind = Literal["removed", "retyped", "nulled", "value", "added"]
"""A required field is missing; is of another type; is null now; is not among the declared values, or out of its form;
or there is a field that nobody has declared, which does no harm."""

MOST = 50
"""Differences of one answer that are looked at."""
_STEPS = 2_000
"""Values of one answer that are looked at for new fields."""
_ITEMS = 20
"""Items of one list: those behind them are mostly alike."""
_DEEPEST = 20
_NAME = re.compile(r"[A-Za-z_$@][\w.$-]{0,63}", re.ASCII)
"""What may be the name of a field; what else stands in its place may be somebody's data."""
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"), (int, "integer"), (float, "number"), (str, "text"), (list, "list"), (dict, "object"),
)  # fmt: skip
_SAID = {"string": "text", "array": "list"}


class Difference(msgspec.Struct, frozen=True):
    """`path` is that of a field, with `[]` for the items of a list and `*` for names that nobody has declared."""

    kind: Kind
    path: str
    declared: str = ""
    found: str = ""


class Contract:
    """One declared answer."""

    def __init__(self, schema: JsonSchema) -> None:
        self._schema = schema
        self._valid = validator(schema)
        self._names = frozenset(_declared_names(schema))
        self._flat: dict[int, tuple[JsonSchema, ...]] = {}

    def differences(self, document: Any) -> Sequence[Difference]:
        """Each once."""
        wrong = () if self._valid.is_valid(document) else islice(self._valid.iter_errors(document), MOST)
        found = [difference for error in wrong for difference in self._of(error, document)]
        added = islice(self._added(document, (self._schema,), (), [_STEPS]), MOST)
        return list(dict.fromkeys([*found, *added]))

    def _of(self, error: Any, document: Any) -> Iterator[Difference]:
        kind, where = error.kind.name, [*error.instance_path]
        path = [one if isinstance(one, int) or one in self._names else "*" for one in where]
        if kind == "required":
            yield Difference("removed", _written([*path, error.kind.property]))
        elif kind in {"additionalProperties", "unevaluatedProperties"}:
            for name in islice(error.kind.unexpected, MOST):
                yield Difference("added", _written([*path, _safe(name)]))
        else:
            yield self._changed(kind, path, _at(document, where), _at(self._schema, error.schema_path[:-1]))

    def _changed(self, kind: str, path: list[str | int], value: Any, node: Any) -> Difference:
        found = type_of(value)
        types = [_SAID.get(name, name) for name in self._wanted(node)]
        if found == "integer" and "number" in types:
            found = "number"
        if types and found not in types:
            name: Kind = "nulled" if value is None else "retyped"
            return Difference(name, _written(path), " or ".join(types), found)
        return Difference("value", _written(path), declared=kind)

    def _wanted(self, node: Any) -> tuple[str, ...]:
        return wanted_types({"$defs": self._schema.get("$defs", {}), **node}) if isinstance(node, dict) else ()

    def _added(
        self, value: Any, schemas: Sequence[Any], path: tuple[str | int, ...], left: list[int]
    ) -> Iterator[Difference]:
        """Fields that no schema knows which has a say there."""
        left[0] -= 1
        if left[0] < 0 or len(path) > _DEEPEST or not isinstance(value, (dict, list)):
            return
        known = [flat for schema in schemas for flat in self._flattened(schema)]
        if isinstance(value, list):
            items = [flat["items"] for flat in known if isinstance(flat.get("items"), dict)]
            for item in value[:_ITEMS] if items else ():
                yield from self._added(item, items, (*path, 0), left)
            return
        fields: dict[str, list[Any]] = {}
        for flat in known:
            for name, schema in flat.get("properties", {}).items():
                fields.setdefault(name, []).append(schema)
        if fields and not any(_is_open(flat) for flat in known):
            yield from (Difference("added", _written([*path, _safe(name)])) for name in value if name not in fields)
        for name in fields.keys() & value.keys():
            yield from self._added(value[name], fields[name], (*path, name), left)

    def _flattened(self, schema: Any) -> tuple[JsonSchema, ...]:
        """It, with what it refers to and all of its branches."""
        if not isinstance(schema, dict):
            return ()
        found = self._flat.get(id(schema))
        if found is None:
            self._flat[id(schema)] = ()  # one that leads back to itself adds nothing
            found = self._flat[id(schema)] = tuple(self._parts(schema))
        return found

    def _parts(self, schema: JsonSchema) -> Iterator[JsonSchema]:
        yield schema
        if "$ref" in schema:
            steps = [step.replace("~1", "/").replace("~0", "~") for step in schema["$ref"].split("/")[1:]]
            yield from self._flattened(_at(self._schema, steps))
        for word in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(word, ()):
                yield from self._flattened(branch)


def type_of(value: Any) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "null")


def _is_open(schema: JsonSchema) -> bool:
    """Whether it speaks of fields that it does not name: then there are no new ones."""
    return bool(schema.get("additionalProperties") or schema.get("patternProperties"))


def _safe(name: str) -> str:
    return name if _NAME.fullmatch(name) else "*"


def _written(path: Sequence[str | int]) -> str:
    """`items[].id`"""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _at(document: Any, path: Sequence[str | int]) -> Any:
    """What stands there, None where nothing does."""
    for step in path:
        if isinstance(document, Mapping):
            document = document.get(str(step))
        elif isinstance(document, list) and str(step).isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _declared_names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for part in node.values():
            yield from _declared_names(part)
    elif isinstance(node, list):
        for part in node:
            yield from _declared_names(part)
