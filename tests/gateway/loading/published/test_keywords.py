"""Where a JSON Schema is written, its keywords are known; others are left alone."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.gateway.loading.published.walking import DEFINITIONS, KEYS

PLACES = {
    "Endpoint.body": "JsonSchemaOrNull",
    "Endpoint.response": "JsonSchemaOrNull",
    "Endpoint.query.*": "Parameter",
    "Endpoint.path.*": "Parameter",
    "Endpoint.headers.*": "Parameter",
    "Response.schema": "JsonSchemaOrNull",
}


@pytest.mark.parametrize(("path", "definition"), PLACES.items())
def test_the_keywords_stand_wherever_a_schema_is_written(path: str, definition: str) -> None:
    assert KEYS[path]["$ref"] == f"#/$defs/{definition}"


@pytest.mark.parametrize("keyword", DEFINITIONS["JsonSchema"]["properties"])
def test_the_example_of_a_keyword_makes_a_schema(keyword: str) -> None:
    for example in DEFINITIONS["JsonSchema"]["properties"][keyword]["examples"]:
        Draft202012Validator.check_schema({keyword: example})


@pytest.mark.parametrize(
    ("parameter", "reasons"),
    [
        ({"type": "integer", "as": "pageSize", "required": True, "style": "comma", "x-vendor": {}}, []),
        ({"type": ["string", "null"], "items": {"$ref": "a.json"}, "additionalProperties": False}, []),
        ({"type": "integr"}, ["$.type enum"]),
        ({"required": ["a"]}, ["$.required type"]),
        ({"style": "tabs"}, ["$.style enum"]),
        ({"items": {"minLength": -1}}, ["$.items.minLength minimum"]),
    ],
)
def test_a_parameter_is_a_schema_with_keys_of_our_own(parameter: dict[str, Any], reasons: list[str]) -> None:
    checker = Draft202012Validator({"$ref": "#/$defs/Parameter", "$defs": DEFINITIONS})

    assert [f"{error.json_path} {error.validator}" for error in checker.iter_errors(parameter)] == reasons
