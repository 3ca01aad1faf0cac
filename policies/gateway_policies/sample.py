"""A value that satisfies a JSON Schema (2020-12), the same one every time: what a stub answers without an example.

Candidates are made by reading the schema and are believed only when a validator agrees. `oneOf`, `anyOf` and `if` take
the first branch that works. Schemas refer to themselves only (`#/$defs/…`).
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from gateway import JsonSchema
from gateway_policies.sample_leaves import NoSample, number_of, text_of

__all__ = ["NoSample", "sample"]

_ROOT = "urn:sample:root"
_DEEPEST = 12
_RETRIES = 5
_CHOOSING = frozenset({"$id", "$ref", "allOf", "oneOf", "anyOf", "if"})
_GENEROUS = (2, 1, 0)
"""Down to which depth properties are given that nobody requires; less, where more breaks the schema."""

_JOINED: Mapping[str, Any] = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
}


def sample(schema: JsonSchema | bool, seed: int = 0) -> Any:
    """Values of different seeds differ where the schema leaves room for that. Raises NoSample where none is found."""
    try:
        maker = _Maker(schema)
    except ValueError as error:
        raise NoSample(f"the schema cannot be used ({error}); give an example") from None
    for number in range(seed, seed + _RETRIES):
        for generous in _GENEROUS:
            try:
                return maker.value(schema if isinstance(schema, bool) else maker.root, number, generous)
            except NoSample:
                continue
    raise NoSample("no value was found that satisfies the schema; give an example")


class _Maker:
    """Makes values for one document; its own references work from everywhere inside it."""

    def __init__(self, schema: JsonSchema | bool) -> None:
        self.root = _absolute({} if isinstance(schema, bool) else {**schema, "$id": _ROOT})
        self._registry = jsonschema_rs.Registry([(_ROOT, self.root)])

    def value(self, schema: Any, seed: int, generous: int, depth: int = 0) -> Any:
        """Verified; `generous` counts down from level to level."""
        if schema is False or depth > _DEEPEST:
            raise NoSample("nothing satisfies this schema")
        if schema is True:
            return "text"
        fits = self._validator(schema)
        for candidate in self._candidates(schema, seed, generous, depth):
            if fits(candidate):
                return candidate
        raise NoSample("nothing was found that satisfies this schema")

    def _validator(self, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
        nameless = {key: part for key, part in schema.items() if key != "$id"}
        try:
            return jsonschema_rs.validator_for(nameless, registry=self._registry, validate_formats=True).is_valid
        except ValueError as error:
            raise NoSample(str(error)) from None

    def _candidates(self, schema: Mapping[str, Any], seed: int, generous: int, depth: int) -> Iterator[Any]:
        for whole in self._flattened(schema):
            yield from _written(whole, seed)
            if "const" in whole or "enum" in whole:
                continue
            for kind in _kinds(whole):
                try:
                    yield self._of_kind(kind, whole, seed, generous, depth)
                except NoSample:
                    continue
                if kind == "number":
                    yield number_of(whole, seed) + 0.5

    def _flattened(self, schema: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
        """The same demands without `$ref`, `allOf`, `oneOf`, `anyOf` and `if`: one for each choice that these leave."""
        if depth > _DEEPEST:
            return
        flat = {
            key: part for key, part in schema.items() if key not in {"$id", "$ref", "allOf", "oneOf", "anyOf", "if"}
        }
        choices: list[list[Any]] = [[part] for part in schema.get("allOf", ())]
        if "$ref" in schema:
            choices.append([self._resolved(schema["$ref"])])
        choices.extend(schema[key] for key in ("oneOf", "anyOf") if key in schema)
        if "if" in schema:
            choices.append([{"allOf": [schema["if"], schema.get("then", True)]}, schema.get("else", True)])
        yield from self._chosen(flat, choices, depth)

    def _chosen(self, flat: dict[str, Any], choices: list[list[Any]], depth: int) -> Iterator[dict[str, Any]]:
        if not choices:
            yield flat
            return
        for branch in choices[0]:
            if branch is False:
                continue
            for part in self._flattened({} if branch is True else branch, depth + 1):
                yield from self._chosen(_merged(flat, part), choices[1:], depth)

    def _resolved(self, reference: str) -> Any:
        place: Any = self.root
        uri, _, pointer = reference.partition("#")
        if uri != _ROOT:
            raise NoSample(f"`{reference}` leads out of the schema")
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            place = place[int(key) if isinstance(place, list) else key]
        return {name: part for name, part in place.items() if name != "$defs"} if isinstance(place, dict) else place

    def _of_kind(self, kind: str, schema: Mapping[str, Any], seed: int, generous: int, depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, seed, generous, depth)
            case "array":
                return self._array(schema, seed, generous, depth)
            case "string":
                return text_of(schema, seed)
            case "integer" | "number":
                return number_of(schema, seed)
            case "boolean":
                return seed % 2 == 0
        return None

    def _object(self, schema: Mapping[str, Any], seed: int, generous: int, depth: int) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties", {})
        required = list(schema.get("required", ()))
        found: dict[str, Any] = {}
        for name in dict.fromkeys([*(properties if generous else ()), *required]):
            try:
                part = properties.get(name, schema.get("additionalProperties", True))
                found[name] = self.value(part, seed, max(0, generous - 1), depth + 1)
            except NoSample:
                if name in required:
                    raise
        for number in range(schema.get("minProperties", 0) - len(found)):
            other = schema.get("additionalProperties", True)
            found[f"key{number}"] = self.value(other, seed, 0, depth + 1)
        return found

    def _array(self, schema: Mapping[str, Any], seed: int, generous: int, depth: int) -> list[Any]:
        firsts: Sequence[Any] = schema.get("prefixItems", ())
        least = schema.get("minItems", 0)
        length = max(least, len(firsts), 1 if generous or "contains" in schema else 0)
        length = min(length, schema.get("maxItems", length))
        rest = schema.get("items", schema.get("contains", True))
        found: list[Any] = []
        for number in range(length * (_RETRIES if schema.get("uniqueItems") else 1)):
            part = firsts[len(found)] if len(found) < len(firsts) else rest
            try:
                item = self.value(part, seed + number, max(0, generous - 1), depth + 1)
            except NoSample:
                if len(found) < least:
                    raise
                break
            if item not in found or not schema.get("uniqueItems"):
                found.append(item)
            if len(found) == length:
                break
        return found


def _written(schema: Mapping[str, Any], seed: int) -> Iterator[Any]:
    """What the schema itself tells; another seed begins with another."""
    told = [schema["default"]] if "default" in schema else []
    only = [schema["const"]] if "const" in schema else schema.get("enum", ())
    for among in ([*schema.get("examples", ()), *told], only):
        start = seed % len(among) if among else 0
        yield from copy.deepcopy([*among[start:], *among[:start]])


def _absolute(node: Any) -> Any:
    """The document with `#/…` made absolute, so that each part of it can be validated by itself."""
    if isinstance(node, dict):
        return {
            key: _ROOT + part if key == "$ref" and isinstance(part, str) and part.startswith("#") else _absolute(part)
            for key, part in node.items()
        }
    return [_absolute(part) for part in node] if isinstance(node, list) else node


def _merged(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    """Both demands in one; what cannot be joined is the right one's, and the validator has the last word."""
    joined = {**left, **right}
    for key in left.keys() & right.keys():
        one, other = left[key], right[key]
        if key in {"properties", "$defs"}:
            both = {name: {"allOf": [one[name], other[name]]} for name in one.keys() & other.keys()}
            joined[key] = {**one, **other, **both}
        elif key == "required":
            joined[key] = [*dict.fromkeys([*one, *other])]
        elif key in {"type", "enum"}:
            joined[key] = [part for part in _listed(one) if part in _listed(other)]
        elif key in {"items", "additionalProperties"}:
            joined[key] = {"allOf": [one, other]}
        elif key in _JOINED:
            joined[key] = _JOINED[key](one, other)
    return joined


def _listed(part: Any) -> list[Any]:
    return [part] if isinstance(part, str) else list(part)


_TELLING = (
    ("object", ("properties", "required", "additionalProperties", "minProperties")),
    ("array", ("items", "prefixItems", "minItems", "contains")),
    ("string", ("pattern", "format", "minLength", "maxLength")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """Its types, null last; where it names none, what its other words are about."""
    if "type" in schema:
        return sorted(_listed(schema["type"]), key=lambda kind: kind == "null")
    told = [kind for kind, words in _TELLING if any(word in schema for word in words)]
    return [*told, "string", "object", "integer", "null"]
