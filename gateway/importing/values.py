"""Whether a value that a document gives as an example or default is what its own schema allows."""

import re
from collections.abc import Callable, Mapping

from gateway.importing.reading import Node

_TYPES: Mapping[str, Callable[[Node], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "number": lambda value: _is_number(value),  # noqa: PLW0108 - it comes further down
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
TYPES = frozenset(_TYPES)

_UNSEEN = frozenset({"$ref", "allOf", "anyOf", "contains", "if", "not", "oneOf", "pattern", "propertyNames"})
"""What can only be held to with a validator: with one of these beside it, a value is not believed."""

_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_FORMATS: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(_DAY),
    "date-time": re.compile(_DAY + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|\+00:00)"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "uri": re.compile(r"https?://[a-z0-9.-]+(/[A-Za-z0-9._/-]*)?"),
    "uri-reference": re.compile(r"(https?://[a-z0-9.-]+)?(/[A-Za-z0-9._/-]*)?"),
    "email": re.compile(r"[a-z0-9]+@[a-z0-9]+\.[a-z]{2,9}"),
}
"""Plain forms that any reader of these formats takes."""

_BOUNDS: Mapping[str, Callable[[Node, Node], bool]] = {
    "minimum": lambda value, bound: not _is_number(value) or value >= bound,
    "maximum": lambda value, bound: not _is_number(value) or value <= bound,
    "exclusiveMinimum": lambda value, bound: not _is_number(value) or value > bound,
    "exclusiveMaximum": lambda value, bound: not _is_number(value) or value < bound,
    "multipleOf": lambda value, bound: not _is_number(value) or value == 0,
    "minLength": lambda value, bound: not isinstance(value, str) or len(value) >= bound,
    "maxLength": lambda value, bound: not isinstance(value, str) or len(value) <= bound,
    "enum": lambda value, bound: any(value is one or (value == one and not isinstance(value, bool)) for one in bound),
    "const": lambda value, bound: bool(value == bound),
    "format": lambda value, name: not isinstance(value, str) or _of_format(value, name),
}


def of_type(value: Node, kinds: Node) -> bool:
    """Whether the value is of the type, or of one of the types; any is, where there are none."""
    wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds or ())
    return not wanted or any(_TYPES[kind](value) for kind in wanted)


def surely_fits(value: Node, schema: Mapping[str, Node]) -> bool:
    """`schema` is a converted one. False also where it cannot be told without a validator."""
    if not _UNSEEN.isdisjoint(schema) or not of_type(value, schema.get("type")):
        return False
    if isinstance(value, (list, dict)):
        return not value and not any(
            schema.get(key) for key in ("enum", "const", "minItems", "minProperties", "required")
        )
    return all(_BOUNDS[key](value, bound) for key, bound in schema.items() if key in _BOUNDS)


def _of_format(value: str, name: str) -> bool:
    return name == "password" or (name in _FORMATS and _FORMATS[name].fullmatch(value) is not None)


def _is_number(value: Node) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
