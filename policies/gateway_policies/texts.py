"""Parameters travel as text: how a text becomes the value that its schema speaks of."""

import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs

from gateway import JsonSchema, Parameter

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")
_BOOLEAN = {"true": True, "false": False}


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
    if "array" not in wanted_types(schema):
        kinds = wanted_types(schema)
        return lambda texts: _scalar(texts[0], kinds)
    items = schema.get("items")
    inner = wanted_types(items) if isinstance(items, dict) else ()
    if parameter.style == "comma":
        return lambda texts: [_scalar(part, inner) for part in texts[0].split(",")]
    return lambda texts: [_scalar(text, inner) for text in texts]


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
