"""The JSON Schema of integrations.yaml for editors: the gateway's own, save that a reference may stand anywhere."""

from typing import Any

import msgspec

from gateway.loading.plain import Plain
from gateway.registry import Written
from gateway.units import unit_schema

_STRUCTURES = ("Document", "Server", "Policies", "Integration", "Endpoint")
_SIMPLE = frozenset({"boolean", "integer", "number"})
_REFERENCE = {
    "type": "string",
    "pattern": r"\$\{",
    "description": "A value from outside: `${NAME}`, `${NAME:-default}` or `${file:/path}`.",
}


def config_schema(written: Written) -> dict[str, Any]:
    kind = Plain().of(written.document)
    (root,), parts = msgspec.json.schema_components([kind], schema_hook=unit_schema, ref_template="#/$defs/{name}")
    definitions = {name: _open(part) for name, part in parts.items()} | {"Reference": _REFERENCE}
    for name in _STRUCTURES:
        definitions[name]["patternProperties"] = {"^x-": {}}
    header = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "integrations.yaml"}
    return {**header, **root, "$defs": definitions}


def _open(schema: Any) -> Any:
    """The schema with a reference allowed wherever a plain value is bound to something."""
    if not isinstance(schema, dict):
        return schema
    opened = {key: _within(key, value) for key, value in schema.items()}
    if "enum" in schema or "pattern" in schema or schema.get("type") in _SIMPLE:
        notes = {key: opened.pop(key) for key in ("description", "default") if key in opened}
        return {**notes, "anyOf": [opened, {"$ref": "#/$defs/Reference"}]}
    return opened


def _within(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: value[name] if _is_tag(value[name]) else _open(value[name]) for name in value}
    if key in {"anyOf", "prefixItems"}:
        return [_open(branch) for branch in value]
    return _open(value) if key in {"additionalProperties", "items"} else value


def _is_tag(schema: Any) -> bool:
    """`use: bearer` decides what stands beside it: it is never a reference."""
    return isinstance(schema, dict) and len(schema.get("enum", ())) == 1
