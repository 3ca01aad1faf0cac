"""Parameters travel as text: how a text becomes the value that its schema speaks of."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs
import msgspec

from gateway import JsonSchema, Parameter

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")
_BOOLEAN = {"true": True, "false": False}

SEPARATORS: Mapping[str, str] = {"comma": ",", "space": " ", "pipe": "|"}
"""Between the items of a list that is one text, by style."""


def validator(schema: JsonSchema) -> Any:
    """A compiled schema; formats are asserted."""
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def wanted_types(schema: JsonSchema) -> tuple[str, ...]:
    """The JSON types that a schema names."""
    kind = schema.get("type", ())
    return (kind,) if isinstance(kind, str) else tuple(kind)


def typed(parameter: Parameter) -> Callable[[list[str]], Any]:
    """Reads the texts of a parameter; what does not read as a wanted type stays text, for the schema to refuse."""
    schema = parameter.schema
    if parameter.style == "deep":
        return _object_reader(schema)
    if "array" not in wanted_types(schema):
        kinds = wanted_types(schema)
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

    def wrong(texts: list[str]) -> str:
        value = read(texts)
        if valid.is_valid(value):
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
        return float(text) if set(text) & set(".eE") else int(text)
    if "boolean" in kinds and text in _BOOLEAN:
        return _BOOLEAN[text]
    if "null" in kinds and text == "null" and "string" not in kinds:
        return None
    return text
