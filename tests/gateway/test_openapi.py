"""The document tells of every endpoint all that can be sent and all that can come back."""

from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway import Answer, JsonSchema, Parameter, ReplyMapping
from gateway.config import EffectivePolicy
from gateway.openapi import Entry, document
from gateway.paging import LinkPaging
from tests.gateway.documents import COLLECTION, CONTACT, ITEM, endpoint, entry, placed, written
from tests.kit import operation


def test_a_document_says_what_it_is_of() -> None:
    mounts = [{"integration": "crm", "mount": "/native/crm", "allow": ["GET /contacts"]}]

    found = document("Gateway", "1.2.3", "https://gateway.example", [], mounts)

    assert found["openapi"] == "3.1.0"
    assert (found["info"]["title"], found["info"]["version"]) == ("Gateway", "1.2.3")
    assert found["servers"] == [{"url": "https://gateway.example"}]
    assert found["x-native-mounts"] == mounts
    OpenAPIV31SpecValidator(found).validate()


def test_without_a_public_url_the_server_is_where_the_document_came_from() -> None:
    assert document("Gateway", "1", "", [])["servers"] == [{"url": "/"}]


def test_an_endpoint_is_named_and_told_about() -> None:
    told = endpoint(summary="List", description="All of them.", tags=("people",), deprecated=True)

    assert told["operationId"] == "crm.list_contacts"
    assert (told["summary"], told["description"], told["tags"]) == ("List", "All of them.", ["people"])
    assert told["deprecated"] is True


def test_an_endpoint_without_tags_is_found_under_its_integration() -> None:
    assert endpoint()["tags"] == ["crm"]


def test_a_path_holds_all_of_its_methods_and_no_head() -> None:
    found = written(entry(), entry(method="POST", name="create_contact"))

    assert set(found["paths"][COLLECTION]) == {"get", "post"}


def test_parameters_are_described() -> None:
    limit = {"type": "integer", "maximum": 9, "description": "How many", "deprecated": True}
    fields: JsonSchema = {"type": "array", "items": {"type": "string"}}
    declared = (
        Parameter(name="id", place="path", vendor="id", schema={"type": "string", "format": "uuid"}),
        Parameter(name="limit", place="query", vendor="n", schema=limit, default=5),
        Parameter(name="fields", place="query", vendor="f", schema=fields, required=True, style="comma"),
        Parameter(name="X-Zone", place="header", vendor="X-Zone", schema={"type": "string"}),
        Parameter(name="Accept", place="header", vendor="Accept", schema={"type": "string"}),
    )

    told = endpoint(route=ITEM, parameters=declared)

    assert told["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
        {
            "name": "limit",
            "in": "query",
            "deprecated": True,
            "description": "How many",
            "style": "form",
            "explode": True,
            "schema": {"type": "integer", "maximum": 9, "default": 5},
        },
        {
            "name": "fields",
            "in": "query",
            "required": True,
            "style": "form",
            "explode": False,
            "schema": {**fields, "minItems": 1},
        },
        {"name": "X-Zone", "in": "header", "schema": {"type": "string"}},
    ]


def test_a_path_parameter_that_nobody_described_is_any_text_that_can_stand_in_a_path() -> None:
    told = endpoint(route=ITEM)

    (parameter,) = told["parameters"]
    fits = jsonschema_rs.validator_for(parameter["schema"]).is_valid
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("id", "path", True)
    assert all(fits(text) for text in ("7", "a.b", "...", "ü/ä", ".a"))
    assert not any(fits(text) for text in ("", ".", "..", "a\\b", "a\nb", "\x7f", "a\n"))


@pytest.mark.parametrize(
    ("pattern", "more"),
    [
        ("^[a-z]{3,8}$", set()),
        (r"^\+[1-9]\d{6,14}$", set()),
        ("x", {"allOf"}),
        ("^[^/]+$", {"allOf"}),
        ("^.*$", {"allOf"}),
    ],
)
def test_a_pattern_of_a_path_parameter_lets_nothing_in_that_cannot_stand_there(pattern: str, more: set[str]) -> None:
    declared = Parameter(name="id", place="path", vendor="id", schema={"type": "string", "pattern": pattern})
    told = endpoint(route=ITEM, parameters=(declared,))["parameters"][0]["schema"]

    assert set(told) - {"type", "pattern"} == more
    assert jsonschema_rs.is_valid(told, "a\\x") is False


def test_a_body_is_required_and_exemplified() -> None:
    told = endpoint(method="POST", body=CONTACT, examples={"body": {"id": "1"}})

    media = {"schema": CONTACT, "example": {"id": "1"}}
    assert told["requestBody"] == {"required": True, "content": {"application/json": media}}


def test_an_upload_may_be_anything() -> None:
    assert endpoint(method="POST", stream=True)["requestBody"]["content"] == {"*/*": {}}
    assert "requestBody" not in endpoint(stream=True)
    assert set(endpoint(method="POST", stream=True, body=CONTACT)["requestBody"]["content"]) == {"application/json"}


def test_every_declared_answer_is_there() -> None:
    declared = (
        Answer(status=201, schema=CONTACT, description="Made"),
        Answer(status=202),
        Answer(status=206, type="audio/mpeg"),
    )

    told = endpoint(method="POST", answers=declared, examples={"reply": {"id": "1"}})["responses"]

    assert told["201"]["description"] == "Made"
    assert told["201"]["content"] == {"application/json": {"schema": CONTACT, "example": {"id": "1"}}}
    assert "content" not in told["202"]
    assert told["206"]["content"] == {"audio/mpeg": {}}


def test_an_endpoint_that_declares_no_answer_gives_what_the_vendor_sends() -> None:
    told = endpoint(answers=())["responses"]

    assert "200" not in told
    assert told["2XX"]["content"] == {"*/*": {}}
    assert "X-Correlation-ID" in told["2XX"]["headers"]


def test_an_example_of_what_nobody_declares_is_shown() -> None:
    told = endpoint(answers=(), examples={"reply": {"id": 7}})["responses"]["2XX"]

    assert told["content"] == {"application/json": {"example": {"id": 7}}, "*/*": {}}


@pytest.mark.parametrize(("method", "may"), [("GET", True), ("HEAD", True), ("OPTIONS", False), ("POST", False)])
def test_only_a_read_may_find_nothing_changed(method: str, may: bool) -> None:
    assert ("304" in endpoint(method=method)["responses"]) is may


def test_a_get_may_find_nothing_changed() -> None:
    assert "content" not in endpoint()["responses"]["304"]
    assert "304" not in endpoint(method="POST")["responses"]


@pytest.mark.parametrize(
    ("policies", "fields", "expected"),
    [
        (("quota",), {}, {"RateLimit", "RateLimit-Policy"}),
        (("cache",), {}, {"Cache-Status", "Age", "Cache-Control"}),
        (("stub",), {}, {"Gateway-Stub"}),
        ((), {"deprecated": True}, {"Deprecation"}),
        ((), {"sunset": "Fri, 01 Jan 2027 00:00:00 GMT"}, {"Sunset"}),
        ((), {"paging": LinkPaging(), "answers": (Answer(status=200, schema={"type": "array"}),)}, {"Link"}),
        ((), {"reply": ReplyMapping(links=("$.next",))}, set()),
        ((), {"user_bound": True}, {"Cache-Control"}),
    ],
)
def test_an_answer_has_the_headers_that_its_policies_give_it(
    policies: tuple[str, ...], fields: dict[str, Any], expected: set[str]
) -> None:
    bare = set(endpoint()["responses"]["200"]["headers"])

    assert set(endpoint(*policies, **fields)["responses"]["200"]["headers"]) - bare == expected


def test_what_was_created_leads_to_what_can_be_done_with_it() -> None:
    route = "/api/v1/crm/users/{user}/contacts"
    create = entry(method="POST", name="create_contact", route=route)
    found = written(
        create,
        entry(name="get_contact", route=f"{route}/{{contact}}"),
        entry(method="DELETE", name="delete_contact", route=f"{route}/{{contact}}"),
        entry(name="list_notes", route=f"{route}/{{contact}}/notes"),
        entry(name="other", route=f"{COLLECTION}/{{contact}}"),
    )

    handed = {"user": "$request.path.user", "contact": "$response.body#/id"}
    assert placed(found, create.operation)["responses"]["200"]["links"] == {
        "get_contact": {"operationId": "crm.get_contact", "parameters": handed},
        "delete_contact": {"operationId": "crm.delete_contact", "parameters": handed},
    }


def test_an_answer_without_an_id_leads_nowhere() -> None:
    create = entry(method="POST", name="create_contact", answers=(Answer(status=200, schema={"type": "object"}),))
    found = written(create, entry(name="get_contact", route=ITEM))

    assert "links" not in placed(found, create.operation)["responses"]["200"]


def test_an_entry_is_made_of_the_effective_policies() -> None:
    rules = [
        SimpleNamespace(slug="contact-not-found", status=404),
        SimpleNamespace(slug="contact-not-found", status=404),
        SimpleNamespace(slug="contact-locked", status=None),
        SimpleNamespace(slug="crm-is-busy", status=None, kind="rate_limited"),
        SimpleNamespace(slug=None, status=503, kind="transient"),
        SimpleNamespace(slug=None, status=None, kind="auth_failed"),
    ]
    settings: dict[str, Any] = {"errors": rules, "quota": object(), "stub": False, "cache": None}
    policies = {name: EffectivePolicy(settings=one, scope="crm") for name, one in settings.items()}

    found = Entry.of(operation(), policies)

    assert found.policies == {"errors", "quota"}
    assert found.statuses == {
        404: ("contact-not-found",),
        0: ("contact-locked",),
        429: ("crm-is-busy",),
        503: ("upstream-error",),
        502: ("upstream-auth-failed",),
    }
