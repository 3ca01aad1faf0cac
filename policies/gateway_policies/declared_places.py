"""What an answer declares of one place in it."""

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs

from gateway import JsonSchema, Operation

_DEEPEST = 12


def takes_null(operation: Operation, path: Sequence[str | None]) -> bool:
    """Whether null may stand at a place of every answer; a step None is any item. True where nothing is declared."""
    return all(_takes_null(answer.schema, path) for answer in operation.answers if answer.schema is not None)


def _takes_null(root: JsonSchema, path: Sequence[str | None]) -> bool:
    found: list[Any] = [root]
    for step in path:
        found = [part for schema in found for part in _below(schema, root, step, 0)]
    definitions = {"$defs": root.get("$defs", {})}
    schemas = [{**schema, **definitions} for schema in found if isinstance(schema, dict)]
    return all(jsonschema_rs.validator_for(schema).is_valid(None) for schema in schemas)


def _below(schema: Any, root: JsonSchema, step: str | None, depth: int) -> Iterator[Any]:
    """The schemas of a property, or of the items, behind local references and in every branch."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if step is None and "items" in schema:
        yield schema["items"]
    elif step in schema.get("properties", {}):
        yield schema["properties"][step]
    name = schema.get("$ref", "").removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
    branches = [part for key in ("allOf", "anyOf", "oneOf") for part in schema.get(key, ())]
    for part in (root.get("$defs", {}).get(name), *branches):
        yield from _below(part, root, step, depth + 1)
