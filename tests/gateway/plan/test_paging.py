"""Pages that cannot be had as an endpoint says are told when the file is read."""

from pathlib import Path
from typing import Any

import pytest

from gateway import Answer, JsonSchema, ReplyMapping
from gateway.diagnostics import InvalidConfig, render_concise
from gateway.loading import load
from gateway.paging import LinkPaging
from gateway.plan import Flags, Plans, compile_plans
from gateway.plan.keeper import Keeper, system_kit
from gateway.plan.paging import NoSuchList, item_schema
from gateway.registry import discover
from tests.kit import operation

HEAD = """\
version: 1
integrations:
  crm:
    base_url: https://crm.example
    endpoints:
      list_contacts:
"""
CURSOR = "paging: {style: cursor, items: data, next: next, parameter: after}"


def compiled(folder: Path, *lines: str) -> Plans:
    path = folder / "integrations.yaml"
    path.write_text(HEAD + "".join(f"        {line}\n" for line in lines))
    registry = discover()
    loaded = load(path, registry, {}, lenient_secrets=True)
    return compile_plans(loaded, registry, system_kit(Keeper(), {}), Flags(), "http://localhost:8000")


def told(folder: Path, *lines: str) -> str:
    with pytest.raises(InvalidConfig) as raised:
        compiled(folder, *lines)
    (problem,) = raised.value.problems
    return render_concise(problem).removeprefix(f"{folder / 'integrations.yaml'}:")


def test_an_endpoint_with_pages_has_the_parameters_to_have_them(tmp_path: Path) -> None:
    (plan,) = compiled(tmp_path, "route: GET /contacts", CURSOR).endpoints

    assert [one.name for one in plan.operation.parameters] == ["cursor", "all"]
    assert plan.operation.paging is not None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("route: POST /contacts", CURSOR), "8:9: error[GW309]: `paging` of `crm.list_contacts`: a POST has no pages"),
        (("route: HEAD /contacts", CURSOR), "8:9: error[GW309]: `paging` of `crm.list_contacts`: a HEAD has no pages"),
        (
            ("route: GET /contacts", "stream: true", CURSOR),
            "9:9: error[GW309]: `paging` of `crm.list_contacts`: a stream is passed on unread, so nothing is known of a"
            " next page",
        ),
        (
            ("route: GET /contacts", "responses: {200: {type: text/csv}}", CURSOR),
            "9:9: error[GW309]: `paging` of `crm.list_contacts`: the endpoint has no answer with status 200 in JSON",
        ),
        (
            ("route: GET /contacts", "response: {type: object, properties: {dat: {type: array}}}", CURSOR),
            "9:9: error[GW309]: `paging` of `crm.list_contacts`: the response has no `data`",
        ),
        (
            ("route: GET /contacts", "query: {all: {type: boolean}}", CURSOR),
            "8:17: error[GW309]: `all` of `crm.list_contacts` is a parameter of the gateway's own, for the pages of a "
            "list",
        ),
        (
            ("route: GET /contacts", "query: {cursor: {type: string}}", "reply: {links: [$.next]}"),
            "8:17: error[GW309]: `cursor` of `crm.list_contacts` is a parameter of the gateway's own, for the pages of "
            "a list",
        ),
        (
            ("route: GET /contacts", 'paging: {style: link, next: "a["}'),
            "8:9: error[GW111]: `next` is no JMESPath: ",
        ),
    ],
)
def test_what_keeps_pages_from_being_had_is_told_where_it_stands(
    tmp_path: Path, lines: tuple[str, ...], expected: str
) -> None:
    assert told(tmp_path, *lines).startswith(expected)


def test_a_parameter_of_the_vendors_may_have_such_a_name_where_nothing_has_pages(tmp_path: Path) -> None:
    lines = ("route: GET /contacts", "query: {cursor: {type: string}, all: {type: boolean}}")

    assert compiled(tmp_path, *lines).endpoints


CONTACT: JsonSchema = {"type": "object", "properties": {"id": {"type": "string"}}}
LIST: JsonSchema = {"type": "array", "items": CONTACT}


def item(page: JsonSchema, items: str = "@", **mapping: Any) -> JsonSchema:
    answers = (Answer(status=200, schema=page),)
    declared = operation(paging=LinkPaging(items=items), answers=answers, reply=ReplyMapping(**mapping))
    return item_schema(declared, page)


def test_an_item_is_what_the_list_of_a_page_holds() -> None:
    assert item(LIST) == CONTACT
    assert item({"type": "object", "properties": {"data": LIST}}, "data") == CONTACT
    assert item({"properties": {"@odata.value": {"properties": {"all": LIST}}}}, '"@odata.value".all') == CONTACT
    assert item({"type": ["array", "null"], "items": CONTACT}) == CONTACT


def test_an_item_is_found_under_the_names_that_callers_see() -> None:
    assert item({"type": "object", "properties": {"contacts": LIST}}, "data", rename={"data": "contacts"}) == CONTACT
    assert item(LIST, "data.items", select="data.items") == CONTACT
    assert item({"type": "object", "properties": {"items": LIST}}, "data.items", select="data") == CONTACT
    assert item(LIST, "data", select="data[].{id: id}") == CONTACT


def test_an_item_brings_the_definitions_that_it_refers_to() -> None:
    definitions = {"contact": CONTACT, "list": {"type": "array", "items": {"$ref": "#/$defs/contact"}}}
    page = {"type": "object", "properties": {"data": {"$ref": "#/$defs/list"}}, "$defs": definitions}

    assert item(page, "data") == {"$ref": "#/$defs/contact", "$defs": definitions}


@pytest.mark.parametrize(
    ("page", "items"),
    [
        ({}, "data"),
        ({"type": "object"}, "data"),
        ({"type": "object", "properties": {"data": LIST}}, "data[?id]"),
        ({"allOf": [{"properties": {"data": LIST}}]}, "data"),
        ({"type": "object", "properties": {"data": {"anyOf": [LIST, {"type": "null"}]}}}, "data"),
        ({"type": "array", "items": {"$ref": "#"}}, "@"),
        ({"type": "array", "items": True}, "@"),
    ],
)
def test_where_the_page_does_not_tell_an_item_may_be_anything(page: JsonSchema, items: str) -> None:
    assert item(page, items) == {}


@pytest.mark.parametrize(
    ("page", "items", "message"),
    [
        ({"type": "object"}, "@", "the response is no list"),
        ({"type": "object", "properties": {"data": CONTACT}}, "data", "the response has no list there"),
        ({"type": "array", "items": CONTACT}, "data", "the response has no `data`"),
        ({"type": "object", "properties": {"a": LIST}}, "data.a", "the response has no `data`"),
    ],
)
def test_a_page_that_cannot_have_that_list_is_wrong(page: JsonSchema, items: str, message: str) -> None:
    with pytest.raises(NoSuchList, match=message):
        item(page, items)
