"""What hurts callers is told from what does not, by fields and types and never by values."""

from typing import Any

import msgspec
import pytest

from gateway_policies.drift_shape import Contract, Difference

PERSON: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "age": {"type": "integer"},
        "score": {"type": "number", "minimum": 0},
        "kind": {"enum": ["a", "b"]},
        "mail": {"type": "string", "format": "email"},
        "boss": {"anyOf": [{"$ref": "#/$defs/person"}, {"type": "null"}]},
        "labels": {"type": "object", "properties": {"x": {}}, "additionalProperties": {"type": "string"}},
        "free": {"type": "object"},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {"$ref": "#/$defs/person"}}},
    "$defs": {"person": PERSON},
}
SECRET = "s3cr3t@example.com"


def differences(**person: Any) -> list[Difference]:
    return list(Contract(SCHEMA).differences({"items": [{"id": "1", **person}]}))


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({}, None),
        ({"age": 3, "score": 1, "free": {"anything": 1}, "labels": {SECRET: "y"}, "boss": None}, None),
        ({"age": "3"}, Difference("retyped", "items[].age", "integer", "text")),
        ({"age": 3.5}, Difference("retyped", "items[].age", "integer", "number")),
        ({"score": True}, Difference("retyped", "items[].score", "number", "boolean")),
        ({"age": None}, Difference("nulled", "items[].age", "integer", "null")),
        ({"kind": SECRET}, Difference("value", "items[].kind", "enum")),
        ({"score": -1}, Difference("value", "items[].score", "minimum")),
        ({"mail": "nonsense"}, Difference("value", "items[].mail", "format")),
        ({"boss": "ann"}, Difference("retyped", "items[].boss", "object or null", "text")),
        ({"nick": SECRET}, Difference("added", "items[].nick")),
        ({"boss": {"id": "2", "nick": 1}}, Difference("added", "items[].boss.nick")),
        ({SECRET: 1}, Difference("added", "items[].*")),
        ({"labels": {SECRET: 1}}, Difference("retyped", "items[].labels.*", "text", "integer")),
    ],
)
def test_each_change_is_told_for_what_it_is(person: dict[str, Any], expected: Difference | None) -> None:
    found = differences(**person)

    assert found == ([] if expected is None else [expected])
    assert SECRET not in repr(found)


def test_a_field_that_is_gone_is_told_once_for_all_items() -> None:
    assert Contract(SCHEMA).differences({"items": [{}, {}]}) == [Difference("removed", "items[].id")]
    assert Contract(SCHEMA).differences({}) == [Difference("removed", "items")]
    assert Contract(SCHEMA).differences([1]) == [Difference("retyped", "", "object", "list")]


def test_a_schema_without_fields_has_nothing_to_add_to() -> None:
    assert Contract({"type": "object"}).differences({"a": 1}) == []
    assert Contract({}).differences({"a": {"b": 1}}) == []


def test_fields_that_are_forbidden_and_come_all_the_same_are_new_ones() -> None:
    closed = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}

    assert Contract(closed).differences({"a": 1, "b": 2}) == [Difference("added", "b")]


def test_an_answer_that_is_all_wrong_costs_no_more_than_a_bounded_look() -> None:
    whole = {"items": [{f"n{number}_{item}": 1 for number in range(50)} for item in range(5_000)]}

    assert len(Contract(SCHEMA).differences(whole)) <= 100
    assert len(msgspec.json.encode(Contract(SCHEMA).differences(whole))) < 20_000


def test_no_more_than_so_many_values_are_looked_at_for_new_fields() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"id": {}}}
    for _ in range(3):
        schema = {"type": "array", "items": schema}
    document = [[[{"id": 1} for _ in range(20)] for _ in range(20)] for _ in range(20)]
    document[0][0][0]["early"] = document[19][19][19]["late"] = 1

    assert Contract(schema).differences(document) == [Difference("added", "[][][].early")]
