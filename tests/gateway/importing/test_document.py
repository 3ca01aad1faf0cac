"""Which documents are understood, what they say about an endpoint in words, and which credential they ask for."""

from itertools import pairwise
from typing import Any

import pytest

from gateway.importing import Document, NotUnderstood, Unreadable, suggested_credential, values_of
from tests.gateway.importing.documents import document, endpoint

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 10)}]\n" for before, after in pairwise("abcdefghi")
)
KEY = "${MY_CRM_API_KEY}"
BASIC = {"use": "basic", "username": "${MY_CRM_USERNAME}", "password": "${MY_CRM_PASSWORD}"}


@pytest.mark.parametrize(
    ("root", "reason", "hint"),
    [
        ({"swagger": "2.0"}, "Swagger 2.0", "swagger2openapi"),
        ({"openapi": "2.9"}, r"OpenAPI 2\.9", "3.0 and 3.1"),
        ({"openapi": "3.2.0"}, r"OpenAPI 3\.2\.0", "3.0 and 3.1"),
        ({"openapi": 3}, "OpenAPI 3", "3.0 and 3.1"),
        ({"info": {}}, "no OpenAPI document", "begins with"),
        ([1], "no OpenAPI document", "begins with"),
        (None, "no OpenAPI document", "begins with"),
        ({"kind": "discovery#restDescription"}, "without any method", ""),
    ],
)
def test_what_is_not_understood_is_told_with_what_to_do(root: Any, reason: str, hint: str) -> None:
    with pytest.raises(NotUnderstood, match=reason) as caught:
        Document(root)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "root", [{"openapi": "3.1"}, {"openapi": "3.0.4", "paths": 5}, {"openapi": "3.1.0", "paths": {"/a": 1}}]
)
def test_a_document_may_offer_nothing(root: Any) -> None:
    assert Document(root).operations == ()


def test_a_path_may_be_referred_to() -> None:
    found = document({"/a": {"$ref": "#/components/pathItems/A"}}, components={"pathItems": {"A": {"get": {}}}})

    assert [operation.name for operation in found.operations] == ["GET /a"]


def test_the_words_of_an_operation() -> None:
    described = endpoint({"description": "Lists them all. Newest first.", "tags": ["people"], "deprecated": True})

    assert (described["summary"], described["description"]) == ("Lists them all", "Lists them all. Newest first.")
    assert (described["tags"], described["deprecated"]) == (["people"], True)
    assert endpoint({"summary": "All\nof them"})["summary"] == "All of them"
    assert endpoint({"operationId": "ListContacts"})["summary"] == "List contacts"
    assert endpoint({"description": "Short."}).get("description") is None


def test_json_and_yaml_are_told_apart_by_what_is_in_them() -> None:
    assert values_of('{"a": [1, "NO"]}') == {"a": [1, "NO"]}
    assert values_of("a: [1, NO, 2020-01-01, 1.5, true, null, '1']\n200: x") == {
        "a": [1, "NO", "2020-01-01", 1.5, True, None, "1"],
        "200": "x",
    }
    assert values_of("") is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ',
        "a: [",
        "a: b: c",
        "? [a]\n: b",
        "[" * 100_000,
        "{" * 100_000,
        '{"a":' * 400 + "1" + "}" * 400,
        "a: " + "[" * 400 + "]" * 400,
        "a: &a [*a]",
        BOMB,
        "a: \x00",
    ],
)
def test_what_is_neither_is_told(text: str) -> None:
    with pytest.raises(Unreadable):
        values_of(text)


@pytest.mark.parametrize(
    ("scheme", "suggested"),
    [
        ({"type": "http", "scheme": "bearer"}, {"use": "bearer", "token": KEY}),
        ({"type": "http", "scheme": "Basic"}, BASIC),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"use": "header", "name": "X-Key", "value": KEY}),
        ({"type": "apiKey", "in": "query", "name": "key"}, {"use": "query", "name": "key", "value": KEY}),
        ({"type": "oauth2", "flows": {}}, {"use": "bearer", "token": "${MY_CRM_ACCESS_TOKEN}"}),
        ({"type": "apiKey", "in": "cookie", "name": "s"}, None),
        ({"type": "mutualTLS"}, None),
        ({}, None),
    ],
)
def test_a_security_scheme_is_a_credential(scheme: Any, suggested: Any) -> None:
    found = document({"/a": {"get": {}}}, components={"securitySchemes": {"key": scheme}}, security=[{"key": []}])

    assert suggested_credential(found, found.operations[0], "my-crm") == suggested


@pytest.mark.parametrize("security", [[], [{}], [{"key": []}, {}], [{"other": []}], 5])
def test_an_operation_may_ask_for_none(security: Any) -> None:
    schemes = {"key": {"type": "http", "scheme": "bearer"}}
    found = document(
        {"/a": {"get": {"security": security}}}, components={"securitySchemes": schemes}, security=[{"key": []}]
    )

    assert suggested_credential(found, found.operations[0], "crm") is None


def test_an_index_that_is_endless_leads_nowhere() -> None:
    assert Document({"openapi": "3.1.0", "x": [1]}).at(f"#/x/{'9' * 5_000}") is None
