"""Words in a JSON Schema that mean nothing: readers pass over them, so a slip would go unseen."""

from collections.abc import Iterator
from typing import Any

from gateway.loading.inlining import MANY, NAMED, ONE
from gateway.loading.naming import closest
from gateway.loading.tree import Keys

_ANY = frozenset({
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary",
    "additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains", "contentEncoding",
    "contentMediaType", "contentSchema", "default", "definitions", "dependencies", "dependentRequired",
    "dependentSchemas", "deprecated", "description", "else", "enum", "examples", "exclusiveMaximum",
    "exclusiveMinimum", "format", "if", "items", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum",
    "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern",
    "patternProperties", "prefixItems", "properties", "propertyNames", "readOnly", "required", "then", "title",
    "type", "unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly", "discriminator", "example",
    "externalDocs", "xml",
})  # fmt: skip
"""Of all drafts since the fourth, and what OpenAPI adds to them."""

_INSTEAD = {
    "nullable": 'write `type: [string, "null"]`',
    "ref": "did you mean `$ref`?",
    "schema": "a schema stands here without it",
    "values": "did you mean `enum`?",
}


def unknown_keywords(schema: Any, at: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Where each unknown word stands, and what it may have been meant for."""
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key not in _ANY and not key.startswith("x-"):
            near = closest(key, _ANY)
            yield (*at, key), _INSTEAD.get(key) or (f"did you mean `{near}`?" if near else "")
        else:
            yield from _within(key, value, (*at, key))


def _within(key: str, value: Any, at: Keys) -> Iterator[tuple[Keys, str]]:
    if key in NAMED and isinstance(value, dict):
        for name, part in value.items():
            yield from unknown_keywords(part, (*at, name))
    elif key in MANY and isinstance(value, list):
        for index, part in enumerate(value):
            yield from unknown_keywords(part, (*at, index))
    elif key in ONE:
        yield from unknown_keywords(value, at)
