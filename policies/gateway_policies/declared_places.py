"""What may stand in the place of a link that leads nowhere, by what the endpoint's answers declare."""

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs
import msgspec

from gateway import JsonSchema, Operation

Steps = Sequence[str | None]
"""The way to a place; None is any item of a list."""

_DEEPEST = 12


class NoRoom(ValueError):
    """The place has to have something in it, and nothing that says nothing fits."""


def blank(operation: Operation, path: Steps) -> Any:
    """None, UNSET for leaving the property out, or an empty text: the first that every answer allows. Raises NoRoom."""
    schemas = [answer.schema for answer in operation.answers if answer.schema is not None]
    for value in (None, msgspec.UNSET, ""):
        if all(_allows(schema, path, value) for schema in schemas):
            return value
    raise NoRoom(f"neither null nor nothing may stand at `{path[-1]}`")


def _allows(root: JsonSchema, path: Steps, value: Any) -> bool:
    holders = _at(root, path[:-1])
    if value is msgspec.UNSET:
        return path[-1] is not None and not any(path[-1] in part.get("required", ()) for part in _parts(root, holders))
    definitions = {"$defs": root.get("$defs", {})}
    schemas = [{**part, **definitions} for part in _below(root, holders, path[-1])]
    return all(jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(value) for schema in schemas)


def _at(root: JsonSchema, path: Steps) -> list[Any]:
    found: list[Any] = [root]
    for step in path:
        found = [*_below(root, found, step)]
    return found


def _below(root: JsonSchema, schemas: Sequence[Any], step: str | None) -> Iterator[JsonSchema]:
    for part in _parts(root, schemas):
        found = part.get("items") if step is None else part.get("properties", {}).get(step)
        if isinstance(found, dict):
            yield found


def _parts(root: JsonSchema, schemas: Sequence[Any], depth: int = 0) -> Iterator[JsonSchema]:
    """The schemas themselves, what they refer to, and every branch that they have."""
    for schema in schemas:
        if not isinstance(schema, dict) or depth > _DEEPEST:
            continue
        yield schema
        name = schema.get("$ref", "").removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        branches = [part for key in ("allOf", "anyOf", "oneOf") for part in schema.get(key, ())]
        yield from _parts(root, [root.get("$defs", {}).get(name), *branches], depth + 1)
