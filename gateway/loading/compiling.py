"""Whether a schema is one that requests can be checked with, and if not, everything that is wrong with it."""

import copy
import re
import warnings
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from gateway.loading.tree import Keys

Checker = jsonschema_rs.Draft202012Validator

_TYPES = "array, boolean, integer, null, number, object, string"
_MOST = 20


class InvalidSchema(Exception):
    """Not a schema that can be used; `path` leads to what is wrong in it."""

    def __init__(self, message: str, path: Keys) -> None:
        super().__init__(message)
        self.path = path


def compiled_schema(schema: Any) -> Checker:
    """Raises InvalidSchema, with the first fault only."""
    try:
        return Checker(schema, validate_formats=True, retriever=_refuse)
    except jsonschema_rs.ValidationError as error:
        path = tuple(error.instance_path)
        raise InvalidSchema(_sentence(error, path), path) from None
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


def faults(schema: Any) -> Iterator[tuple[str, Keys]]:
    """Each fault and where it is: one is found, taken out, and the next looked for."""
    schema = copy.deepcopy(schema)
    for _ in range(_MOST):
        try:
            compiled_schema(schema)
        except InvalidSchema as invalid:
            yield str(invalid), invalid.path
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
        return f"`{error.instance}` is not a JSON type: {_TYPES}"
    if path and path[-1] == "pattern" and isinstance(error.instance, str):
        return f"`{error.instance}` is not a regular expression"
    return f"not a valid JSON Schema: {str(error).splitlines()[0]}"
