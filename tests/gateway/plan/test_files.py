"""A file in a caller's JSON is base64, and the schema says so."""

from typing import Any

import jsonschema_rs
import pytest

from gateway.plan.files import with_base64

FILE: dict[str, Any] = {"type": "string", "contentEncoding": "base64"}
BODY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "one": FILE,
        "more": {"type": "array", "items": {"$ref": "#/$defs/file"}},
    },
    "$defs": {"file": FILE},
}


@pytest.mark.parametrize("body", [{"one": "aGk="}, {"one": ""}, {"more": ["aGk=", "YWJj"]}, {"name": "no base64!"}])
def test_base64_and_other_texts_are_allowed(body: Any) -> None:
    assert jsonschema_rs.is_valid(with_base64(BODY), body)


@pytest.mark.parametrize("body", [{"one": "no base64!"}, {"one": "abc"}, {"more": ["aGk=", "a=b="]}])
def test_a_file_that_is_no_base64_is_not(body: Any) -> None:
    assert not jsonschema_rs.is_valid(with_base64(BODY), body)


def test_a_pattern_of_its_own_stays() -> None:
    assert with_base64({**FILE, "pattern": "^a"})["pattern"] == "^a"
