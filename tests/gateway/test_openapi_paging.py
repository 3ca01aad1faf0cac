"""The document tells of a list's pages what callers need: the link, the parameters, all pages in one answer."""

from typing import Any

import jsonschema_rs
import pytest

from gateway import Answer, JsonSchema
from gateway.paging import CursorPaging, LinkPaging, Paging
from gateway.plan.operation import ALL, CURSOR
from tests.gateway.documents import CONTACT, endpoint, entry, placed, written

LIST: JsonSchema = {"type": "array", "items": CONTACT}
PAGE: JsonSchema = {"type": "object", "required": ["data"], "properties": {"data": LIST}, "additionalProperties": False}
DEFINED: JsonSchema = {"type": "array", "items": {"$ref": "#/$defs/contact"}, "$defs": {"contact": CONTACT}}
DATA = CursorPaging(items="data", next="next", parameter="after")


def listed(paging: Paging, schema: JsonSchema, **fields: Any) -> dict[str, Any]:
    declared = {"paging": paging, "answers": (Answer(status=200, schema=schema),), "parameters": (CURSOR, ALL)}
    return {**declared, **fields}


def answer_schema(**fields: Any) -> dict[str, Any]:
    """That of a 200, standing for itself."""
    one = entry(**fields)
    found = written(one)
    media = placed(found, one.operation)["responses"]["200"]["content"]["application/json"]
    return {**media["schema"], "components": found["components"]}


@pytest.mark.parametrize(
    ("paging", "schema", "page"), [(LinkPaging(), LIST, []), (DATA, PAGE, {"data": []}), (LinkPaging(), DEFINED, [])]
)
def test_an_answer_is_a_page_or_all_of_them(paging: Paging, schema: JsonSchema, page: Any) -> None:
    valid = jsonschema_rs.validator_for(answer_schema(**listed(paging, schema))).is_valid

    assert valid(page)
    assert valid({"items": [{"id": "7"}], "next": None})
    assert valid({"items": [], "next": "https://gw.example/contacts?all=true&cursor=x"})
    assert not valid({"items": [{"id": 7}], "next": None})
    assert not valid({"items": []})
    assert not valid({"items": [], "next": 7})
    assert not valid({"items": [], "next": None, "more": 1})


def test_only_the_answer_with_pages_has_two_forms() -> None:
    answers = (Answer(status=200, schema=LIST), Answer(status=203, schema=LIST))
    found = endpoint(**listed(LinkPaging(), LIST, answers=answers))["responses"]

    assert "anyOf" in found["200"]["content"]["application/json"]["schema"]
    assert found["203"]["content"]["application/json"]["schema"]["type"] == "array"


def test_its_parameters_are_told_of() -> None:
    told = {one["name"]: one for one in endpoint(**listed(LinkPaging(), LIST))["parameters"]}

    assert told["all"]["schema"] == {"type": "boolean"}
    assert told["cursor"]["schema"]["pattern"] == CURSOR.schema["pattern"]
    assert all("required" not in one and one["description"] for one in told.values())


def test_its_problems_are_told_of() -> None:
    found = endpoint(**listed(LinkPaging(), LIST))["responses"]

    def slugs(status: str) -> str:
        return str(found[status]["content"]["application/problem+json"]["schema"])

    assert "/problems/no-such-page'" in slugs("404")
    assert "/problems/upstream-contract-violation'" in slugs("502")
