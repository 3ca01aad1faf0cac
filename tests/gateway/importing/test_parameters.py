"""Parameters of a document as a person would have written them."""

from typing import Any

import pytest

from gateway.importing import NotCarried
from tests.gateway.importing.documents import endpoint, query

LIST: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
KIND: dict[str, Any] = {"type": "string", "enum": ["a", "b"]}
REFERENCE = {"$ref": "#/components/schemas/Kind"}
RANGE: dict[str, Any] = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("written", "style"),
    [
        ({}, None),
        ({"style": "form", "explode": True}, None),
        ({"explode": False}, "comma"),
        ({"style": "spaceDelimited"}, "space"),
        ({"style": "pipeDelimited", "explode": False}, "pipe"),
        ({"style": "pipeDelimited", "explode": True}, None),
    ],
)
def test_a_list_keeps_its_style(written: dict[str, Any], style: str | None) -> None:
    assert query({**written, "schema": LIST}) == {**LIST, **({"style": style} if style else {})}


def test_an_object_has_its_properties_in_brackets() -> None:
    assert query({"style": "deepObject", "schema": RANGE}) == {
        "type": "object",
        "style": "deep",
        "additionalProperties": False,
        "properties": {"a": {"type": "integer"}},
        "allOf": [{"required": ["a"]}],
    }


@pytest.mark.parametrize(
    "written",
    [
        {"schema": RANGE},
        {"style": "deepObject", "schema": {"type": "object"}},
        {"style": "deepObject", "schema": {"type": "object", "properties": {"a": LIST}}},
        {"style": "tabDelimited", "schema": LIST},
    ],
)
def test_one_that_cannot_be_carried_is_left_out_or_missed(written: dict[str, Any]) -> None:
    assert query(written) == {}
    with pytest.raises(NotCarried, match="`q`"):
        query({**written, "required": True})


def test_the_vendors_default_is_told_and_not_sent() -> None:
    written = {"description": "How many.", "schema": {"type": "integer", "default": 20}, "deprecated": True}

    assert query(written) == {
        "type": "integer",
        "description": "How many. The vendor's default is `20`.",
        "deprecated": True,
    }


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": "string", "enum": ["a"]}),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": "integer"}),
        ({"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, {"type": ["integer", "boolean"]}),
        (REFERENCE, KIND),
        ({"allOf": [REFERENCE], "title": "K"}, {**KIND, "title": "K"}),
        ({"type": "array", "items": REFERENCE}, {"type": "array", "items": KIND}),
        ({}, {"type": "string"}),
    ],
)
def test_a_text_can_be_read_with_its_schema(schema: dict[str, Any], said: dict[str, Any]) -> None:
    assert query({"schema": schema}, {"Kind": KIND}) == said


def test_a_document_in_a_parameter_is_a_text() -> None:
    assert query({"content": {"application/json": {"schema": RANGE}}}) == {"type": "string"}


def test_what_callers_do_not_say_is_left_out() -> None:
    scheme = {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}
    parameters = [
        *(
            {"name": name, "in": "header", "schema": {}}
            for name in ("Authorization", "Accept", "Content-Type", "X-Own")
        ),
        *({"name": name, "in": "query", "schema": {}} for name in ("api_key", "access_token", "page")),
        {"name": "session", "in": "cookie", "schema": {}},
    ]
    found = endpoint({"parameters": parameters}, components={"securitySchemes": scheme})

    assert (list(found["query"]), list(found["headers"])) == (["page"], ["X-Own"])


def test_a_cookie_that_is_needed_cannot_be_carried() -> None:
    with pytest.raises(NotCarried, match="the cookie `session`"):
        endpoint({"parameters": [{"name": "session", "in": "cookie", "required": True}]})


def test_a_list_in_a_path_or_header_is_separated_by_comma() -> None:
    parameters = [{"name": "ids", "in": "path", "schema": LIST}, {"name": "X-Ids", "in": "header", "schema": LIST}]
    found = endpoint({"parameters": parameters}, path="/contacts/{ids}")

    assert found["path"]["ids"]["style"] == found["headers"]["X-Ids"]["style"] == "comma"


def test_what_the_operation_says_goes_before_what_its_path_says() -> None:
    referred = {"$ref": "#/components/parameters/Page"}
    own = {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}}
    page = {"Page": {"name": "page", "in": "query", "schema": {"type": "string"}}}

    assert endpoint({"parameters": [referred]}, components={"parameters": page})["query"]["page"] == {"type": "string"}
    found = endpoint({"parameters": [referred, own]}, components={"parameters": page})
    assert found["query"]["page"] == {"type": "integer", "required": True}
