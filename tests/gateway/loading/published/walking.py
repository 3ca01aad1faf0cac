"""Every key of the schema for editors, wherever it stands."""

from collections.abc import Iterator
from typing import Any

from gateway.loading.published import config_schema
from gateway.registry import discover, written_types

SCHEMA = config_schema(written_types(discover()))
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]


def keys() -> Iterator[tuple[str, dict[str, Any]]]:
    """The way to each key, and its schema; what may stand under any name counts as `*`."""
    for name, definition in DEFINITIONS.items():
        yield from _within(name, definition)


def _within(path: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    named = {**schema.get("properties", {}), **schema.get("patternProperties", {})}
    if isinstance(schema.get("additionalProperties"), dict):
        named["*"] = schema["additionalProperties"]
    for name, key in named.items():
        yield f"{path}.{name}", key
        yield from _within(f"{path}.{name}", key)


KEYS = dict(keys())
