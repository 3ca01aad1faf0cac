"""A mistake has one reason: that of the branch that was meant."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec import Meta

from gateway import Duration, Settings
from gateway.loading.plain import Plain
from gateway.loading.published.branches import OR_NULL, REFERENCE, opened
from gateway.units import unit_schema


class Cat(Settings, frozen=True, kw_only=True, tag_field="kind", tag="cat"):
    """It purrs."""

    lives: Annotated[int, Meta(ge=1, examples=[9])]


class Dog(Settings, frozen=True, kw_only=True, tag_field="kind", tag="dog"):
    """It barks."""

    tricks: tuple[Literal["sit", "roll"], ...] = ()


class Box(Settings, frozen=True, kw_only=True):
    pet: Cat | Dog | None = None
    inner: Dog | None = None
    number: Annotated[int, Meta(ge=1)] = 1
    word: Literal["big", "small"] = "big"
    either: int | Literal["4xx", "5xx"] | tuple[int, ...] = 1
    switch: bool | Literal["slow"] | None = None
    wait: Duration = Duration(1)
    text: str = ""
    scalar: str | int | bool | None = None


def reasons(value: Any) -> list[str]:
    """What a validator says of a box with this in it."""
    _, parts = msgspec.json.schema_components([Plain().of(Box)], schema_hook=unit_schema, ref_template="#/$defs/{name}")
    made = {name: opened(part, parts) for name, part in parts.items()}
    made |= {name + OR_NULL: {**part, "type": ["object", "null"]} for name, part in made.items()}
    checker = Draft202012Validator({"$ref": "#/$defs/Box", "$defs": {**made, "Reference": REFERENCE}})
    return sorted(f"{error.json_path} {error.validator}" for error in checker.iter_errors(value))


@pytest.mark.parametrize(
    "value",
    [
        {"pet": None, "inner": None, "switch": None, "scalar": None},
        {"pet": {"kind": "cat", "lives": 9}},
        {"pet": {"kind": "dog", "tricks": ["sit"]}},
        {"number": "${N}", "word": "${WORD}", "either": "${E:-5xx}", "switch": "${S}", "wait": "${W}", "text": "${T}"},
        {"pet": {"kind": "cat", "lives": "${LIVES}"}},
        {"either": 5},
        {"either": "5xx"},
        {"either": [5, 6]},
        {"switch": True},
        {"switch": "slow"},
        {"scalar": "a"},
        {"scalar": 1},
    ],
)
def test_what_the_gateway_accepts_fits(value: Any) -> None:
    assert reasons(value) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"pet": {"kind": "cat", "lives": 9, "tail": 1}}, "$.pet additionalProperties"),
        ({"pet": {"kind": "cat", "lives": 0}}, "$.pet.lives minimum"),
        ({"pet": {"kind": "cat"}}, "$.pet required"),
        ({"pet": {"kind": "cow"}}, "$.pet.kind enum"),
        ({"pet": {"lives": 9}}, "$.pet required"),
        ({"pet": {"kind": "${KIND}"}}, "$.pet.kind enum"),
        ({"pet": "cat"}, "$.pet type"),
        ({"inner": {"kind": "dog", "trick": []}}, "$.inner additionalProperties"),
        ({"inner": 5}, "$.inner type"),
        ({"number": "many"}, "$.number type"),
        ({"number": 0}, "$.number minimum"),
        ({"word": "huge"}, "$.word enum"),
        ({"either": "6xx"}, "$.either enum"),
        ({"either": ["x"]}, "$.either[0] type"),
        ({"switch": "fast"}, "$.switch enum"),
        ({"wait": "10"}, "$.wait pattern"),
        ({"scalar": []}, "$.scalar type"),
    ],
)
def test_a_mistake_is_told_once_and_where_it_is(value: Any, reason: str) -> None:
    assert reasons(value) == [reason]
