"""A schema keeps its meaning when it is moved into the document."""

from typing import Any

import jsonschema_rs
import pytest

from gateway import Answer, JsonSchema
from gateway.openapi import Entry, document
from tests.kit import operation

ADDRESS: JsonSchema = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}
WITH_DEFINITIONS: JsonSchema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "array",
    "items": {"$ref": "#/$defs/contact"},
    "$defs": {
        "contact": {
            "type": "object",
            "properties": {"home": {"$ref": "#/$defs/an~1address"}, "friends": {"items": {"$ref": "#/$defs/contact"}}},
        },
        "an/address": ADDRESS,
    },
}
TREE: JsonSchema = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}}
INWARD: JsonSchema = {
    "type": "object",
    "properties": {"a": {"$ref": "#/$defs/text"}, "b": {"$ref": "#/properties/a"}},
    "$defs": {"text": {"type": "string"}},
}


def written(*schemas: JsonSchema) -> dict[str, Any]:
    entries = [
        Entry(
            operation=operation(name=f"list_{n}", route=f"/api/v1/crm/{n}", answers=(Answer(status=200, schema=one),))
        )
        for n, one in enumerate(schemas)
    ]
    return document("Gateway", "1", "", entries)


def reply_schema(found: dict[str, Any], number: int = 0) -> Any:
    return found["paths"][f"/api/v1/crm/{number}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (WITH_DEFINITIONS, [{"home": {"city": "Bonn"}, "friends": [{}]}], [{"friends": [{"home": {}}]}]),
        (TREE, {"children": [{"children": []}]}, {"children": [{"children": [1]}]}),
        (INWARD, {"a": "x", "b": "y"}, {"b": 1}),
    ],
)
def test_what_it_allowed_it_allows_still(schema: JsonSchema, good: Any, bad: Any) -> None:
    found = written(schema)

    fits = jsonschema_rs.validator_for({**reply_schema(found), "components": found["components"]}).is_valid

    assert fits(good)
    assert not fits(bad)


def test_definitions_are_named_for_the_operation_that_has_them() -> None:
    found = written(WITH_DEFINITIONS)

    assert reply_schema(found) == {"type": "array", "items": {"$ref": "#/components/schemas/crm.list_0_contact"}}
    assert found["components"]["schemas"]["crm.list_0_an_address"] == ADDRESS


def test_the_same_definitions_are_moved_once() -> None:
    found = written(WITH_DEFINITIONS, WITH_DEFINITIONS)

    assert reply_schema(found, 0) == reply_schema(found, 1)


def test_two_definitions_never_share_a_name() -> None:
    schema: JsonSchema = {
        "anyOf": [{"$ref": "#/$defs/a b"}, {"$ref": "#/$defs/a_b"}],
        "$defs": {"a b": {"const": 1}, "a_b": {"const": 2}},
    }

    names = [part["$ref"] for part in reply_schema(written(schema))["anyOf"]]

    assert len(set(names)) == 2


def test_a_schema_that_names_nothing_stays_where_it_is() -> None:
    assert reply_schema(written(ADDRESS)) == ADDRESS
