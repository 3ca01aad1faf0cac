"""A text of a request stands for whatever its schema could mean by it."""

import pytest

from gateway import JsonSchema, Parameter
from gateway_policies.texts import checker, wanted_types

_DEFINED = {"size": {"type": "integer"}, "a/b": {"enum": ["x"]}}


def wrong(schema: JsonSchema, *texts: str) -> str:
    return checker(Parameter(name="p", place="query", vendor="p", schema=schema))([*texts])


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        ({"type": "integer"}, {"integer"}),
        ({"type": ["integer", "null"]}, {"integer", "null"}),
        ({"const": 3}, {"integer"}),
        (
            {"enum": [1, 1.5, True, None, "a", [], {}]},
            {"integer", "number", "boolean", "null", "string", "array", "object"},
        ),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"integer", "null"}),
        ({"allOf": [{"$ref": "#/$defs/size"}], "$defs": _DEFINED}, {"integer"}),
        ({"oneOf": [{"$ref": "#/$defs/a~1b"}, {"$ref": "#/$defs/none"}], "$defs": _DEFINED}, {"string"}),
        ({"$ref": "#/$defs/loop", "$defs": {"loop": {"anyOf": [{"$ref": "#/$defs/loop"}, True]}}}, set()),
        ({}, set()),
    ],
)
def test_a_schema_says_in_many_ways_which_types_it_wants(schema: JsonSchema, kinds: set[str]) -> None:
    assert set(wanted_types(schema)) == kinds


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"const": 3}, "3"),
        ({"enum": [1, 2]}, "2"),
        ({"enum": [True, None]}, "null"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "7"),
        ({"$ref": "#/$defs/size", "$defs": _DEFINED}, "7"),
        ({"anyOf": [{"type": "integer", "maximum": 5}, {"type": "string"}]}, "9"),
        ({"type": ["string", "null"], "maxLength": 3}, "null"),
        ({"type": "number"}, "-3.6110261384530904e+307"),
        ({"type": "integer"}, "-18673570465862686207635682368684032"),
    ],
)
def test_what_its_schema_allows_is_allowed(schema: JsonSchema, text: str) -> None:
    assert wrong(schema, text) == ""


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"const": 3}, "4"),
        ({"enum": [1, "a"]}, "b"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "x"),
        ({"type": "number"}, "1e999"),
        ({"type": "number"}, "nan"),
        ({"type": "integer"}, "1" * 400),
    ],
)
def test_what_its_schema_forbids_is_forbidden(schema: JsonSchema, text: str) -> None:
    assert wrong(schema, text) != ""
