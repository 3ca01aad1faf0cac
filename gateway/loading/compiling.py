"""Whether a schema is one that requests can be checked with, and if not, everything that is wrong with it."""

import copy
import re
import warnings
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from gateway.loading.naming import closest, shown
from gateway.loading.tree import Keys

Checker = jsonschema_rs.Draft202012Validator

_TYPES = "array, boolean, integer, null, number, object, string"
_MOST = 20
_LONGEST = 200
_KINDS = {
    "str": "string", "text": "string", "int": "integer", "long": "integer", "float": "number", "double": "number",
    "bool": "boolean", "list": "array", "dict": "object", "map": "object", "none": "null",
}  # fmt: skip
_FORMATS = {"date": "date", "datetime": "date-time", "date-time": "date-time", "uuid": "uuid", "email": "email",
            "uri": "uri", "url": "uri"}  # fmt: skip
_SHAPES = {
    "enum": "write it in `[]`",
    "items": "a schema, such as `{type: string}`",
    "properties": "a map: names, and a schema for each",
}


class InvalidSchema(Exception):
    """Not a schema that can be used; `path` leads to what is wrong in it, `hint` says what would be right."""

    def __init__(self, message: str, path: Keys, hint: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.hint = hint


def compiled_schema(schema: Any) -> Checker:
    """Raises InvalidSchema, with the first fault only."""
    try:
        return Checker(schema, validate_formats=True, retriever=_refuse)
    except jsonschema_rs.ValidationError as error:
        path = tuple(error.instance_path)
        raise InvalidSchema(_sentence(error, path), path, _hint(error.instance, path)) from None
    except (ValueError, RecursionError):
        raise InvalidSchema("the schema nests too deep", ()) from None


def pattern_works(pattern: str) -> bool:
    """Whether it is a regular expression to us, and to those in Python who read our document."""
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(pattern)
        compiled_schema({"pattern": pattern})
    except (re.error, RecursionError, OverflowError, InvalidSchema):
        return False
    return True


def faults(schema: Any) -> Iterator[InvalidSchema]:
    """Each fault: one is found, taken out, and the next looked for."""
    schema = copy.deepcopy(schema)
    for _ in range(_MOST):
        try:
            compiled_schema(schema)
        except InvalidSchema as invalid:
            yield invalid
            if not _taken_out(schema, invalid.path):
                return
        else:
            return


def _taken_out(schema: Any, path: Keys) -> bool:
    for key in path[:-1]:
        schema = schema[key]
    if not path:
        return False
    if isinstance(schema, list):
        schema[path[-1]] = True  # type: ignore[index]
    else:
        del schema[path[-1]]
    return True


def _refuse(address: str) -> Any:
    raise ValueError(f"{address} is not read")


def _sentence(error: jsonschema_rs.ValidationError, path: Keys) -> str:
    if path and path[-1] == "type" and isinstance(error.instance, str):
        return f"{shown(error.instance)} is not a JSON type: {_TYPES}"
    if path and path[-1] == "pattern" and isinstance(error.instance, str):
        return f"{shown(error.instance)} is not a regular expression"
    return f"not a valid JSON Schema: {str(error).splitlines()[0][:_LONGEST]}"


def _hint(value: Any, path: Keys) -> str:
    key = path[-1] if path else None
    if key == "type" and isinstance(value, str):
        kind = _KINDS.get(value.lower()) or closest(value, _TYPES.split(", "))
        return (
            f"write `{{type: string, format: {_FORMATS[value]}}}`" if value in _FORMATS else kind and f"write `{kind}`"
        )
    if key == "required":
        return "a list of names, beside `properties`; in a parameter `true` or `false`"
    if key in ("minimum", "maximum") and isinstance(value, str):
        return "remove the quotes"
    return _SHAPES.get(str(key), "")
