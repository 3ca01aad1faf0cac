"""A stubbed list has one page, so that whoever follows it comes to an end."""

from typing import Any

import msgspec
import pytest

from gateway import Answer, Handler, JsonSchema, Reply, ReplyMapping, Site
from gateway.paging import CursorPaging, LinkPaging, NumberPaging, OffsetPaging, Paging
from gateway_policies import stub, transform
from tests.kit import call, kit, pipeline, run, site
from tests.policies.crm import CONTACT, vendor
from tests.policies.paged import ALL, OWN, whole

TEXT: JsonSchema = {"type": "string", "minLength": 1}
LIST: JsonSchema = {"type": "array", "items": CONTACT, "minItems": 0}


def page(following: JsonSchema, *required: str) -> JsonSchema:
    parts = {"items": LIST, "next": following}
    return {"type": "object", "properties": parts, "required": ["items", *required]}


def stubbed(paging: Paging, schema: JsonSchema, **fields: Any) -> Handler:
    """The caller's way through `transform` to the stub, which is asked at most ten times."""
    at: Site = site(paging=paging, parameters=OWN, answers=(Answer(status=200, schema=schema),), **fields)
    using = kit()
    answer, asked = pipeline(stub.policy, True, vendor, at=at, using=using), [0]

    async def counted(call: Any) -> Reply:
        asked[0] += 1
        assert asked[0] <= 10, "the stub leads on for ever"
        return await answer(call)

    return pipeline(transform.policy, None, counted, at=at, using=using)


NEXT = CursorPaging(items="items", next="next", parameter="after")
CASES: list[tuple[Paging, JsonSchema, dict[str, Any]]] = [
    (NEXT, page(TEXT), {}),
    (NEXT, page({"type": ["string", "null"]}, "next"), {}),
    (NEXT, page({"type": "string"}, "next"), {}),
    (NEXT, page(TEXT), {"examples": {"reply": {"items": [], "next": "more"}}}),
    (CursorPaging(next="[-1].id", parameter="after"), LIST, {}),
    (LinkPaging(items="items", next="next"), page({"type": "string", "format": "uri"}), {}),
    (LinkPaging(items="data.items", next="data.next"), page(TEXT), {"reply": ReplyMapping(select="data")}),
    (LinkPaging(items="items", next="weiter"), page(TEXT), {"reply": ReplyMapping(rename={"weiter": "next"})}),
    (LinkPaging(), LIST, {}),
    (NumberPaging(items="items", parameter="page"), page(TEXT), {}),
    (OffsetPaging(items="items", parameter="skip"), page(TEXT), {}),
    (NumberPaging(parameter="page"), {}, {}),
    (NumberPaging(items="data.items", parameter="page"), {}, {}),
    (NumberPaging(items="data.items", parameter="page"), {}, {"reply": ReplyMapping(select="data.items")}),
]


@pytest.mark.parametrize(("paging", "schema", "fields"), CASES)
def test_all_of_a_stubbed_list_is_there_at_once(paging: Paging, schema: JsonSchema, fields: dict[str, Any]) -> None:
    async def scenario() -> bytes:
        return await whole(await stubbed(paging, schema, **fields)(call(query=ALL)))

    assert msgspec.json.decode(run(scenario()))["next"] is None


@pytest.mark.parametrize(("paging", "schema", "fields"), CASES)
def test_links_of_a_stubbed_list_come_to_an_end(paging: Paging, schema: JsonSchema, fields: dict[str, Any]) -> None:
    async def scenario() -> None:
        handler = stubbed(paging, schema, **fields)
        reply = await handler(call())
        while (link := reply.header(b"link")) is not None:
            cursor = link.partition(b"cursor=")[2].partition(b">")[0].decode()
            reply = await handler(call(query=(("cursor", cursor),)))

    run(scenario())


def test_a_token_that_has_to_be_there_stays_and_the_page_it_leads_to_is_empty() -> None:
    async def scenario() -> bytes:
        handler = stubbed(NEXT, page(TEXT, "next"))
        first = await handler(call())
        cursor = (first.header(b"link") or b"").partition(b"cursor=")[2].partition(b">")[0].decode()
        second = await handler(call(query=(("cursor", cursor),)))
        assert isinstance(second.body, bytes)
        return second.body

    assert msgspec.json.decode(run(scenario()))["items"] == []
