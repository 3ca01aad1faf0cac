"""The JSON Schema of integrations.yaml for editors: made of the types that read the file, and written to be read.

It accepts what the gateway accepts, save that a reference may stand wherever a value is bound to something: what it
comes to is not known here. Validators tell one reason for each mistake, since no value is tried against alternatives:
each keyword says beforehand which branch is meant.
"""

from typing import Any

import msgspec

from gateway.loading.plain import Plain
from gateway.loading.published.branches import OR_NULL, REFERENCE, opened
from gateway.loading.published.keywords import PARAMETER, SHAPE
from gateway.loading.published.notes import EXTENSION, noted
from gateway.loading.published.snippets import with_snippets
from gateway.registry import Written
from gateway.units import unit_schema

_EXTENSIBLE = ("Document", "Server", "Policies", "Integration", "Endpoint")
_INCLUDED = {"required": ["integrations"], "propertyNames": {"pattern": "^(integrations$|x-)"}}
"""What an included file looks like: it needs no version."""


def config_schema(written: Written) -> dict[str, Any]:
    kind = Plain().of(written.document)
    _, parts = msgspec.json.schema_components([kind], schema_hook=unit_schema, ref_template="#/$defs/{name}")
    definitions = {name: opened(part, parts) for name, part in parts.items()}
    with_snippets(definitions)
    _adjust(definitions)
    definitions |= {"Parameter": PARAMETER, "JsonSchema": SHAPE}
    definitions |= _nullable(definitions)
    definitions = {name: noted(part, definitions) for name, part in definitions.items()}
    header = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "Vendors, and the endpoints that callers get of them.",
    }
    used = _used("Document", definitions)
    return {
        **header,
        "$ref": "#/$defs/Document",
        "$defs": {name: definitions[name] for name in definitions if name in used} | {"Reference": REFERENCE},
    }


def _adjust(definitions: dict[str, Any]) -> None:
    """What no type can say: where `x-` keys may stand, what is required only sometimes, that `false` is `off`."""
    for name in _EXTENSIBLE:
        definitions[name]["patternProperties"] = {"^x-": EXTENSION}
    definitions["Callers"]["properties"]["api_keys"]["else"]["enum"].append(False)
    document = definitions["Document"]
    document.update({"if": _INCLUDED, "else": {"required": document.pop("required")}})
    needed = definitions["Endpoint"].pop("required")
    endpoints = {"additionalProperties": {"required": needed}}
    alone = {"patternProperties": {"^endpoints$": endpoints}}  # as a property, editors would offer it a second time
    definitions["Integration"].update({"if": {"required": ["openapi"]}, "else": alone})


def _nullable(definitions: dict[str, Any]) -> dict[str, Any]:
    """Twins of the maps that `null` may replace."""
    return {name + OR_NULL: {**part, "type": ["object", "null"]} for name, part in definitions.items()}


def _used(name: str, definitions: dict[str, Any]) -> set[str]:
    """The definitions that one leads to."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        found.add(name := waiting.pop())
        waiting += _named(definitions[name]) - found - {"Reference"}
    return found


def _named(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_named, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"].rpartition("/")[2]} if isinstance(schema.get("$ref"), str) else set()
    return own.union(*(_named(value) for key, value in schema.items() if key not in {"examples", "default"}))
