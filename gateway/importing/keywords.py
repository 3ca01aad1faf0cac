"""The keywords of JSON Schema 2020-12 that are taken over; one whose value is not as it should be is left out."""

import math
from typing import Any

from gateway.importing.reading import Node
from gateway.importing.values import TYPES

GONE: Any = object()
"""In the place of a value that is left out."""

ONE = frozenset({"additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"})
ONE |= {"unevaluatedItems", "unevaluatedProperties"}
MANY = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
NAMED = frozenset({"dependentSchemas", "patternProperties", "properties"})
NOTES = frozenset({"deprecated", "description", "readOnly", "title", "writeOnly"})

_COUNTS = frozenset({"maxContains", "maxItems", "maxLength", "maxProperties"})
_COUNTS |= {"minContains", "minItems", "minLength", "minProperties"}
_NUMBERS = frozenset({"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"})
_FLAGS = frozenset({"deprecated", "readOnly", "uniqueItems", "writeOnly"})
_TEXTS = frozenset({"contentEncoding", "contentMediaType", "description", "title"})
_FORMATS = frozenset({"date", "date-time", "email", "ipv4", "ipv6", "password", "uri", "uuid"})
"""The others are words that nothing is held to here, or that are held to more strictly than vendors mean them."""


def plain(key: str, value: Node) -> Node:
    """The value of a keyword that holds no schema, or GONE."""
    if key in _TEXTS:
        return value if isinstance(value, str) else GONE
    if key in _FLAGS:
        return True if value is True else GONE
    if key in _COUNTS:
        return int(value) if _is_number(value) and value >= 0 and value == int(value) else GONE
    if key in _NUMBERS:
        return value if _is_number(value) and (value > 0 or key != "multipleOf") else GONE
    return _special(key, value)


def _is_number(value: Node) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _special(key: str, value: Node) -> Node:
    if key == "type":
        return _type(value)
    if key == "format":
        return value if isinstance(value, str) and value in _FORMATS else GONE
    if key == "enum":
        return list(value) if isinstance(value, list) and value else GONE
    return value if key in {"const", "default"} else GONE


def _type(value: Node) -> Node:
    if isinstance(value, str):
        return value if value in TYPES else GONE
    kinds = list(dict.fromkeys(one for one in value if one in TYPES)) if _texts(value) else []
    return (kinds[0] if len(kinds) == 1 else kinds) if kinds else GONE


def pattern_of(value: Node) -> Node:
    """Without the slashes around it that JavaScript writes."""
    if not isinstance(value, str):
        return GONE
    return value[1:-1] if value.startswith("/^") and value.endswith("$/") else value


def _texts(value: Node) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
