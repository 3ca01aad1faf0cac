"""Whoever hovers over a key, or is offered one, is told what it does, what holds without it, and how it is written."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from gateway.config import Endpoint, Integration, Server
from gateway.loading.published.notes import example_of, noted
from gateway.registry import default_of, discover
from tests.gateway.loading.published.walking import DEFINITIONS, KEYS

SHORTEST = 10
"""Characters that can say anything at all."""


def test_every_key_has_a_description() -> None:
    silent = [path for path, key in KEYS.items() if len(key.get("description", "")) < SHORTEST]

    assert len(KEYS) > 200
    assert silent == []


def test_every_key_shows_an_example() -> None:
    assert [path for path, key in KEYS.items() if not key.get("examples")] == []


@pytest.mark.parametrize("path", KEYS)
def test_what_a_key_shows_fits_it(path: str) -> None:
    checker = Draft202012Validator({"$defs": DEFINITIONS, **KEYS[path]})
    shown = [*KEYS[path]["examples"], *([KEYS[path]["default"]] if "default" in KEYS[path] else [])]

    assert [error.message for value in shown for error in checker.iter_errors(value)] == []


def structs() -> Iterator[Any]:
    yield from (Server, Endpoint, Integration)
    registry = discover()
    yield from (credential.settings for credential in registry.credentials)
    yield from (policy.settings for policy in registry.policies if isinstance(policy.settings, type))


def definition(struct: Any) -> dict[str, Any]:
    found: dict[str, Any] = DEFINITIONS.get(struct.__name__) or DEFINITIONS[f"{struct.__name__}OrNull"]
    return found


STRUCTS = [struct for struct in structs() if hasattr(struct, "__struct_fields__")]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_default_is_told(struct: Any) -> None:
    keys = definition(struct)["properties"]
    told = {field.encode_name: default_of(field) for field in msgspec.structs.fields(struct)}

    assert {name: keys[name].get("default") for name in told} == told


@pytest.mark.parametrize(
    ("struct", "key", "default"),
    [
        ("Timeout", "attempt", "10s"),
        ("Server", "body_limit", "10MiB"),
        ("Retry", "budget", "20%"),
        ("Backoff", "initial", "200ms"),
        ("Breaker", "counts", ["connect", "reset", "timeout", "5xx"]),
        ("Endpoint", "stream", False),
        ("Cache", "tags", None),
    ],
)
def test_a_default_is_written_as_people_write_it(struct: str, key: str, default: Any) -> None:
    found = DEFINITIONS.get(struct) or DEFINITIONS[f"{struct}OrNull"]

    assert found["properties"][key].get("default") == default


def test_the_hover_text_tells_the_default() -> None:
    assert DEFINITIONS["Server"]["properties"]["body_limit"]["markdownDescription"].endswith("\n\nDefault: `10MiB`")


def test_the_example_of_a_map_is_made_of_those_of_its_keys() -> None:
    definitions: dict[str, Any] = {
        "Way": {
            "description": "A way.",
            "properties": {
                "use": {"enum": ["bearer"]},
                "token": {"description": "The token.", "examples": ["a", "b"]},
                "silent": {},
            },
        },
        "Holder": {"properties": {"way": {"description": "How.", "$ref": "#/$defs/Way"}}},
    }

    assert example_of(definitions["Way"]) == {"use": "bearer", "token": "a"}
    assert noted(definitions["Holder"], definitions)["properties"]["way"]["examples"] == [
        {"use": "bearer", "token": "a"}
    ]
