"""Parameters travel as text: how a text becomes the value that its schema speaks of."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import jsonschema_rs
import msgspec

from gateway import JsonSchema, Parameter

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,307})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,307})(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
"""As large, and as exact, as a number of JSON is to everybody who reads it as a float."""
_BOOLEAN = {"true": True, "false": False}
_CHOICES = ("allOf", "anyOf", "oneOf")
_DEEPEST = 8

_NAMES: tuple[tuple[type, str], ...] = ((int, "integer"), (float, "number"), (str, "string"), (list, "array"))

SEPARATORS: Mapping[str, str] = {"comma": ",", "space": " ", "pipe": "|"}
"""Between the items of a list that is one text, by style."""


def validator(schema: JsonSchema) -> Any:
    """A compiled schema; formats are asserted."""
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def wanted_types(schema: JsonSchema) -> tuple[str, ...]:
    """The JSON types that a schema names, by `type`, by the values it lists or by the schemas it refers to."""
    return tuple(dict.fromkeys(_types(schema, schema.get("$defs", {}), 0)))


def _types(schema: Any, definitions: Mapping[str, Any], depth: int) -> Iterator[str]:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if "type" in schema:
        kind = schema["type"]
        yield from (kind,) if isinstance(kind, str) else kind
        return
    yield from map(_type_of, [schema["const"]] if "const" in schema else schema.get("enum", ()))
    for part in (part for key in _CHOICES for part in schema.get(key, ())):
        yield from _types(part, definitions, depth + 1)
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        yield from _types(definitions.get(name), definitions, depth + 1)


def _type_of(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "object")


def typed(parameter: Parameter) -> Callable[[list[str]], Any]:
    """Reads the texts of a parameter; what does not read as a wanted type stays text, for the schema to refuse."""
    schema = parameter.schema
    if parameter.style == "deep":
        return _object_reader(schema)
    kinds = wanted_types(schema)
    if kinds == ("string",):
        return itemgetter(0)
    if "array" not in kinds:
        return lambda texts: _scalar(texts[0], kinds)
    items = schema.get("items")
    inner = wanted_types(items) if isinstance(items, dict) else ()
    separator = SEPARATORS.get(parameter.style)
    if separator is not None:
        return lambda texts: [_scalar(part, inner) for part in texts[0].split(separator)]
    return lambda texts: [_scalar(text, inner) for text in texts]


def _object_reader(schema: JsonSchema) -> Callable[[list[str]], Any]:
    """Texts are `property=text`."""
    described = schema.get("properties")
    parts = described if isinstance(described, dict) else {}
    kinds = {name: wanted_types(part) for name, part in parts.items() if isinstance(part, dict)}

    def read(texts: list[str]) -> Any:
        pairs = (text.partition("=") for text in texts)
        return {name: _scalar(text, kinds.get(name, ())) for name, _, text in pairs}

    return read


def checker(parameter: Parameter) -> Callable[[list[str]], str]:
    """Says what is wrong with the texts of a parameter, or nothing."""
    read, valid = typed(parameter), validator(parameter.schema)
    open_to_choice = len(wanted_types(parameter.schema)) > 1

    def wrong(texts: list[str]) -> str:
        value = read(texts)
        if valid.is_valid(value) or (open_to_choice and any(map(valid.is_valid, _readings(texts)))):
            return ""
        return str(next(iter(valid.iter_errors(value))).message)

    return wrong


def written(value: Any) -> str:
    """A scalar as forms and queries write it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _scalar(text: str, kinds: tuple[str, ...]) -> Any:
    if "integer" in kinds and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return _number(text)
    if "boolean" in kinds and text in _BOOLEAN:
        return _BOOLEAN[text]
    if "null" in kinds and text == "null" and "string" not in kinds:
        return None
    return text


def _number(text: str) -> float | str:
    """One too large for a number stays text."""
    number = float(text) if set(text) & set(".eE") else int(text)
    return text if math.isinf(number) else number


def _readings(texts: list[str]) -> Iterator[Any]:
    """Whatever a text could mean where a schema leaves the choice."""
    if len(texts) == 1:
        yield from (_scalar(texts[0], (kind,)) for kind in ("null", "string"))
