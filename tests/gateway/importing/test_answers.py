"""The answers that mean success, in the shape of integrations.yaml."""

from typing import Any

import pytest

from tests.gateway.importing.documents import document, endpoint, taken

JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


def told(responses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The keys of an endpoint that are about answers."""
    found = endpoint({"responses": responses}, **fields)
    return {key: found[key] for key in ("response", "responses", "stream") if key in found}


@pytest.mark.parametrize(
    ("responses", "said"),
    [
        ({"200": {"content": JSON}, "404": {"content": JSON}}, {"response": {"type": "object"}}),
        ({"2XX": {"content": JSON}}, {"response": {"type": "object"}}),
        ({"default": {"content": JSON}}, {"response": {"type": "object"}}),
        (
            {"default": {"content": JSON}, "201": {"content": JSON}},
            {"responses": {"201": {"schema": {"type": "object"}}}},
        ),
        ({"204": {"description": "Deleted", "content": JSON}}, {"responses": {"204": {"description": "Deleted"}}}),
        ({"200": {"description": "OK"}}, {"responses": {"200": {}}}),
        ({"302": {}}, {}),
        ({}, {}),
    ],
)
def test_only_successes_are_taken_over(responses: dict[str, Any], said: dict[str, Any]) -> None:
    assert told(responses) == said


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("audio/mpeg", "audio/mpeg"), ("text/event-stream", "text/event-stream"), ("image/*", "application/octet-stream")],
)
def test_what_is_no_json_is_passed_on_as_it_comes(kind: str, type_: str) -> None:
    assert told({"200": {"content": {kind: {}}}}) == {"stream": True, "responses": {"200": {"type": type_}}}


def test_json_is_preferred() -> None:
    assert told({"200": {"content": {"text/csv": {}, **JSON}}}) == {"response": {"type": "object"}}


def test_a_form_is_encoded_though_the_answer_could_be_streamed() -> None:
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
    operation = {"requestBody": {"content": form}, "responses": {"200": {"content": {"audio/mpeg": {}}}}}

    assert "stream" not in endpoint(operation, "post")


def test_an_answer_may_be_referred_to() -> None:
    responses = {"200": {"$ref": "#/components/responses/Thing"}}

    assert told(responses, components={"responses": {"Thing": {"content": JSON}}}) == {"response": {"type": "object"}}


def test_the_documents_examples_come_along_unchecked() -> None:
    media = {
        "schema": {"type": "integer"},
        "example": 1,
        "examples": {"more": {"value": 2}, "far": {"externalValue": "x"}},
    }
    content = {"application/json": media}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}

    assert taken(document({"/a": {"post": operation}})).examples == {"body": (1, 2), "reply": (1, 2)}


def test_an_imported_endpoint_is_not_strict() -> None:
    assert "strict" not in endpoint({})
