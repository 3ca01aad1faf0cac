"""A schema gets a value that satisfies it, and always the same one."""

from typing import Any

import jsonschema_rs
import pytest

from gateway_policies.sample import NoSample, sample

SCHEMAS: dict[str, Any] = {
    "anything": True,
    "nothing said": {},
    "type list": {"type": ["null", "string"]},
    "const": {"const": {"a": [1]}},
    "enum": {"enum": ["a", "b"]},
    "enum cut by another word": {"enum": ["a", "bb"], "minLength": 2},
    "enum behind a reference": {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string", "enum": ["b"]}}},
    "enums that overlap": {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
    "default that does not fit": {"type": "integer", "default": "many"},
    "examples": {"type": "string", "examples": ["Ada"]},
    "minimum": {"type": "integer", "minimum": 7},
    "negative": {"type": "integer", "maximum": -3},
    "between two integers": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "exclusive": {"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 6},
    "multiple": {"type": "integer", "minimum": 10, "multipleOf": 7},
    "cents": {"type": "number", "minimum": 0.05, "multipleOf": 0.01},
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "long text": {"type": "string", "minLength": 30},
    "short text": {"type": "string", "maxLength": 2},
    "empty text": {"type": "string", "maxLength": 0},
    "sid": {"type": "string", "pattern": "^AC[0-9a-f]{32}$"},
    "one of two starts": {"type": "string", "pattern": "^[SM]M[0-9a-fA-F]{32}$"},
    "phone number": {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"},
    "pattern and length": {"type": "string", "pattern": "^[a-z]*$", "minLength": 20, "maxLength": 20},
    "pattern that is found inside": {"type": "string", "pattern": "b+"},
    "alternatives": {"type": "string", "pattern": "^(cat|dog)-(x|y){2}$"},
    "classes": {"type": "string", "pattern": r"^\d{3}\w\s\D\W\S[^a-z].$"},
    "named group": {"type": "string", "pattern": r"^(?<year>[0-9]{4})-\1?$"},
    "look-ahead": {"type": "string", "pattern": "^(?!b)[ab]$"},
    "letters of any script": {"type": "string", "pattern": r"^[\p{L}]+$"},
    "list": {"type": "array", "items": {"type": "integer"}, "minItems": 3},
    "set": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    "set of texts": {"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": True},
    "tuple": {"type": "array", "prefixItems": [{"const": "x"}, {"type": "integer"}], "items": False, "minItems": 2},
    "empty list": {"type": "array", "items": False},
    "contains": {"type": "array", "contains": {"const": 5}},
    "required without a property": {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}},
    "minProperties": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "boolean"}},
    "maxProperties": {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}, "required": ["b"]},
    "all of": {"allOf": [{"type": "string", "minLength": 3}, {"maxLength": 4}, {"type": ["string", "null"]}]},
    "all of, one property twice": {
        "allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"type": "integer"}}}],
        "type": "object",
        "required": ["a"],
    },
    "one of, the first fits both": {
        "oneOf": [{"type": "integer"}, {"type": "number"}],
    },
    "any of, the first impossible": {"anyOf": [False, {"type": "integer", "minimum": 3}]},
    "one of required": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "if": {
        "properties": {"kind": {"enum": ["a", "b"]}, "size": {"type": "integer"}},
        "required": ["kind"],
        "type": "object",
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["size"], "properties": {"size": {"minimum": 5}}},
    },
    "not": {"type": "integer", "not": {"const": 1}},
    "no optional together": {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a", "b"]}},
    "local reference": {"$ref": "#/$defs/id", "$defs": {"id": {"type": "string", "format": "uuid"}}},
    "reference with siblings": {"$ref": "#/$defs/a", "minimum": 9, "$defs": {"a": {"type": "integer", "maximum": 9}}},
    "tree": {
        "$defs": {
            "node": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
            }
        },
        "$ref": "#/$defs/node",
    },
    "reference to the root": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}},
    "draft named": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string"},
}
FORMATS = [
    "uuid",
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "uri",
    "uri-reference",
    "iri",
    "uri-template",
    "ipv4",
    "ipv6",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "idn-email",
    "idn-hostname",
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_sample_satisfies_its_schema(name: str) -> None:
    schema = SCHEMAS[name]

    found = sample(schema)

    jsonschema_rs.validate(schema, found, validate_formats=True)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", [0, 1, 300])
def test_a_sample_has_the_format_that_is_asked_for(name: str, seed: int) -> None:
    schema = {"type": "string", "format": name}

    jsonschema_rs.validate(schema, sample(schema, seed), validate_formats=True)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_sample_is_the_same_every_time(name: str) -> None:
    assert sample(SCHEMAS[name], 3) == sample(SCHEMAS[name], 3)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "integer"},
        {"type": "string", "format": "uuid"},
        {"type": "string", "pattern": "^AC[0-9a-f]{32}$"},
        {"type": "string", "pattern": "^[a-v0-9]{5,1024}$"},
        {"type": "string", "pattern": "^[A-Za-z0-9_=-]+$"},
    ],
)
def test_another_seed_gives_another_value(schema: dict[str, Any]) -> None:
    assert len({sample(schema, seed) for seed in range(1000)}) == 1000


def test_an_object_has_its_optional_properties_too() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "of": {"properties": {"a": {"type": "null"}}}},
    }

    assert sample(schema) == {"name": "text", "of": {"a": None}}


def test_a_type_is_preferred_to_null() -> None:
    assert sample({"type": ["null", "string"]}) == "text"


def test_an_optional_property_that_cannot_be_is_left_out() -> None:
    assert sample({"type": "object", "properties": {"a": False, "b": {"const": 1}}}) == {"b": 1}


def test_a_tree_ends() -> None:
    assert sample(SCHEMAS["tree"]) == {"name": "text", "children": [{"name": "text"}]}


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "string", "pattern": "^(?=b)a$"},
        {"type": "string", "pattern": "("},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"$ref": "https://example.com/elsewhere.json"},
        {
            "$defs": {"a": {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$defs/a"}}}},
            "$ref": "#/$defs/a",
        },
        {"type": "array", "items": {"const": 1}, "minItems": 2, "uniqueItems": True},
    ],
)
def test_where_nothing_is_found_an_example_is_asked_for(schema: Any) -> None:
    with pytest.raises(NoSample, match="give an example"):
        sample(schema)
