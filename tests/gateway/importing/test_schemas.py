"""Schemas of OpenAPI 3.0 and 3.1 say the same in JSON Schema 2020-12, and small sins of vendors do no harm."""

from typing import Any

import pytest

from gateway.importing import NotUnderstood
from gateway.loading.compiling import compiled_schema
from tests.gateway.importing.documents import received, sent

NODE: dict[str, Any] = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        (
            {"type": "string", "nullable": True, "format": "date", "title": "Day"},
            {"title": "Day", "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        ),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 1}),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, {"type": "integer", "maximum": 1}),
        ({"type": "integer", "example": 5}, {"type": "integer", "examples": [5]}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
        ({"type": "string", "format": "phone-number"}, {"type": "string"}),
        ({"type": "string", "format": "uuid"}, {"type": "string", "format": "uuid"}),
        ({"type": "object", "discriminator": {"propertyName": "kind"}, "xml": {}, "x-own": 1}, {"type": "object"}),
    ],
)
def test_what_3_0_says_in_its_own_words(written: Any, said: Any) -> None:
    assert sent(written) == said


def test_what_3_1_says_is_json_schema_already() -> None:
    written = {"type": ["string", "null"], "const": "a", "exclusiveMinimum": 3, "examples": ["a"]}

    assert sent(written, version="3.1.0") == written


def test_an_alternative_to_null_is_written_out() -> None:
    nullable = sent({"nullable": True, "allOf": [{"type": "object"}], "description": "who"})

    assert nullable == {"description": "who", "anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"type": "any"}, {}),
        ({"type": "string", "pattern": "a{,3}"}, {"type": "string"}),
        ({"type": "string", "pattern": "(?<=a+)b"}, {"type": "string"}),
        ({"type": "string", "pattern": "/^[a-z]+$/"}, {"type": "string", "pattern": "^[a-z]+$"}),
        ({"type": "string", "minLength": -1, "maxLength": "5"}, {"type": "string"}),
        ({"type": "integer", "enum": ["a", "b"]}, {"type": "integer"}),
        ({"type": "string", "enum": [1, "a", True]}, {"type": "string", "enum": ["1", "a", "true"]}),
        ({"type": "integer", "default": "many", "example": "few"}, {"type": "integer"}),
        ({"type": "object", "required": True, "properties": []}, {"type": "object"}),
        ({"type": "object", "properties": {"a": None}}, {"type": "object", "properties": {"a": {}}}),
        ({"allOf": [], "anyOf": "x"}, {}),
        ({"$ref": "#/components/schemas/Nobody"}, {}),
        ({"type": "array", "items": [{"type": "string"}]}, {"type": "array"}),
        ({"patternProperties": {"a{,3}": {}, "^a": {}}}, {"patternProperties": {"^a": {}}}),
    ],
)
def test_a_part_that_is_no_schema_is_left_out(written: Any, said: Any) -> None:
    assert sent(written) == said


def test_only_the_side_that_writes_a_property_has_to_give_it() -> None:
    thing = {
        "type": "object",
        "required": ["id", "secret", "name"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "secret": {"$ref": "#/components/schemas/Secret"},
            "name": {"type": "string"},
        },
    }
    secret = {"type": "string", "writeOnly": True}

    assert sent(thing, {"Secret": secret})["required"] == ["secret", "name"]
    assert received(thing, {"Secret": secret})["required"] == ["id", "name"]


def test_what_is_referred_to_stands_beside_the_schema() -> None:
    found = sent({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}, {"Pet": {"type": "object"}})

    assert found == {"type": "array", "items": {"$ref": "#/$defs/Pet"}, "$defs": {"Pet": {"type": "object"}}}


def test_a_schema_that_is_only_a_reference_is_what_it_refers_to() -> None:
    assert sent({"$ref": "#/components/schemas/Pet"}, {"Pet": {"type": "object"}, "Other": {}}) == {"type": "object"}


def test_a_schema_that_holds_itself_stays_so() -> None:
    found = sent({"$ref": "#/components/schemas/Node"}, {"Node": NODE})
    checker = compiled_schema(found)

    assert checker.is_valid({"next": {"next": {}}})
    assert not checker.is_valid({"next": {"next": 5}})


def test_references_that_only_lead_to_each_other_allow_anything() -> None:
    circle = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}

    assert compiled_schema(sent({"$ref": "#/components/schemas/A"}, circle)).is_valid(5)


def test_a_pointer_may_lead_anywhere_in_the_document_and_its_name_is_made_fit() -> None:
    schemas = {"a b/c~": {"properties": {"x": {"type": "integer"}}}}
    found = sent({"items": {"$ref": "#/components/schemas/a%20b~1c~0/properties/x"}}, schemas)

    assert list(found["$defs"].values()) == [{"type": "integer"}]
    assert not compiled_schema(found).is_valid(["a"])


def test_notes_beside_a_reference_are_kept_and_other_keywords_count_from_3_1_on() -> None:
    written = {"items": {"$ref": "#/components/schemas/Pet", "description": "one", "minProperties": 2}}
    pet = {"type": "object"}

    assert sent(written, {"Pet": pet})["items"] == {"$ref": "#/$defs/Pet", "description": "one"}
    assert sent(written, {"Pet": pet}, version="3.1.0")["items"]["minProperties"] == 2


def test_an_address_in_an_answer_may_lack_its_host() -> None:
    assert sent({"type": "string", "format": "uri"})["format"] == "uri"
    assert received({"type": "string", "format": "uri"})["format"] == "uri-reference"


def test_a_reference_to_another_document_is_told() -> None:
    with pytest.raises(NotUnderstood, match=r"other\.json"):
        sent({"$ref": "other.json#/Pet"})


def test_a_schema_that_nests_without_end_allows_anything_below() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(100):
        deep = {"type": "array", "items": deep}

    assert compiled_schema(sent(deep)).is_valid([])


def test_a_bound_that_is_endless_is_left_out() -> None:
    assert sent({"type": "string", "maxLength": float("inf")}) == {"type": "string"}
