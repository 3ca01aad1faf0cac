"""All pages in one answer: every item once, within bounds, and never half of them without a sign."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from gateway import Answer, Reply, ReplyMapping, Verdict
from gateway.errors import ContractViolation, GatewayError, UpstreamReset, UpstreamTimeout
from gateway.paging import CursorPaging, LinkPaging, NumberPaging
from tests.kit import call, run
from tests.policies import paged
from tests.policies.paged import ALL, BASE, STYLES, Crm, by_number, by_token, contacts, json, whole

TOKEN = CursorPaging(items="items", next="next", parameter="pageToken")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_all_items_of_all_pages_are_there(style: str, count: int) -> None:
    assert run(Crm(*STYLES[style], contacts(count)).all()) == {"items": contacts(count), "next": None}


def test_all_false_is_a_page() -> None:
    reply = run(Crm(TOKEN, by_token, contacts(3)).asked_for(("all", "false")))

    assert reply.body == b'{"items":[{"id":1},{"id":2}],"next":"2"}'


def test_the_vendor_hears_nothing_of_it_nor_of_conditions_that_speak_of_one_page() -> None:
    crm = Crm(TOKEN, by_token, contacts(3))

    run(crm.all(("limit", "2"), headers=((b"if-none-match", b'"1"'), (b"range", b"bytes=0-1"), (b"accept", b"*/*"))))

    assert crm.targets == ["/contacts?per_page=2", "/contacts?per_page=2&pageToken=2"]
    assert all(one.header(b"if-none-match") is one.header(b"range") is None for one in crm.asked)
    assert all(one.header(b"accept") == b"*/*" for one in crm.asked)


def test_it_begins_where_a_cursor_says() -> None:
    async def scenario() -> tuple[Any, Any]:
        crm = Crm(TOKEN, by_token, contacts(6))
        link = (await crm.handler(call())).header(b"link") or b""
        cursor = link.partition(b"cursor=")[2].partition(b">")[0].decode()
        return await crm.all(("cursor", cursor)), crm.targets

    found, targets = run(scenario())

    assert found == {"items": contacts(6)[2:], "next": None}
    assert targets == ["/contacts", "/contacts?pageToken=2", "/contacts?pageToken=4"]


@pytest.mark.parametrize(
    ("bounds", "given"),
    [({"max_pages": 1}, 2), ({"max_pages": 3}, 6), ({"max_items": 1}, 2), ({"max_items": 4}, 4), ({"max_items": 5}, 6)],
)
def test_bounds_end_it_at_the_end_of_a_page_and_the_rest_can_be_had(bounds: dict[str, int], given: int) -> None:
    async def scenario() -> tuple[Any, Any]:
        crm = Crm(msgspec.structs.replace(TOKEN, **bounds), by_token, contacts(8))
        first = await crm.all()
        assert first["next"].startswith("https://gw.example/api/v1/crm/contacts?all=true&cursor=")
        items, following = first["items"], first["next"]
        while following:
            further = await crm.all(("cursor", following.partition("cursor=")[2]))
            items, following = [*items, *further["items"]], further["next"]
        return first["items"], items

    first, items = run(scenario())

    assert first == contacts(given)
    assert items == contacts(8)


def test_a_bound_that_is_met_by_the_last_page_cuts_nothing() -> None:
    paging = msgspec.structs.replace(TOKEN, max_pages=2, max_items=4)

    assert run(Crm(paging, by_token, contacts(4)).all()) == {"items": contacts(4), "next": None}


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (ReplyMapping(select="results", rename={"id": "number"}), [{"number": 1}, {"number": 2}, {"number": 3}]),
        (ReplyMapping(select="results[].id"), [1, 2, 3]),
        (ReplyMapping(rename={"results": "contacts"}), contacts(3)),
    ],
)
def test_items_are_those_that_callers_see_in_a_page(mapping: ReplyMapping, expected: list[Any]) -> None:
    crm = Crm(NumberPaging(items="results", parameter="page"), by_number, contacts(3), reply=mapping)

    assert run(crm.all())["items"] == expected


def test_links_in_items_lead_to_the_gateway() -> None:
    items = [{"url": f"{BASE}/contacts/{number}"} for number in range(3)]
    found = run(Crm(TOKEN, by_token, items, reply=ReplyMapping(links=("$.items[*].url",))).all())["items"]

    assert len(found) == 3
    assert all(item["url"].startswith("https://gw.example/") for item in found)


def failing(page: str, failure: Reply | GatewayError) -> paged.Answer:
    """By token, save for the page with this one."""

    def answer(query: Mapping[str, str], items: list[Any]) -> Reply:
        if query.get("pageToken", "") != page:
            return by_token(query, items)
        if isinstance(failure, GatewayError):
            raise failure
        return failure

    return answer


REFUSED = Reply(500, (), b"{}", Verdict(slug="upstream-error", status=502, title="x"))
FAILURES: list[tuple[Reply | GatewayError, type[GatewayError]]] = [
    (REFUSED, UpstreamReset),
    (UpstreamTimeout("late"), UpstreamTimeout),
    (Reply(204), UpstreamReset),
    (Reply(200, (), b"<html>"), ContractViolation),
    (json({"items": 7}), ContractViolation),
    (json({"items": [], "next": {}}), ContractViolation),
]


@pytest.mark.parametrize(("failure", "expected"), FAILURES)
def test_a_later_page_that_fails_breaks_the_answer_off(failure: Any, expected: type[GatewayError]) -> None:
    async def scenario() -> tuple[bytes, list[Any]]:
        asked, sent = call(query=ALL), bytearray()
        reply = await Crm(TOKEN, failing("4", failure), contacts(8)).handler(asked)
        with pytest.raises(expected):
            await whole(reply, sent)
        return bytes(sent), [(event.name, dict(event.detail)) for event in asked.trail.events]

    sent, noted = run(scenario())

    assert sent == b'{"items":[{"id":1},{"id":2},{"id":3},{"id":4}'
    assert noted[:2] == [("paging.page", {"page": 1, "items": 2}), ("paging.page", {"page": 2, "items": 2})]
    assert noted[2:] == [("paging.broke_off", {"pages": 3, "slug": expected.slug})]


@pytest.mark.parametrize(("bad", "given"), [(1, None), (3, b'{"items":[{"id":1},{"id":2}')])
def test_a_strict_endpoint_holds_each_page_to_its_schema(bad: int, given: bytes | None) -> None:
    item = {"type": "object", "properties": {"id": {"type": "integer"}}}
    page = {"type": "object", "properties": {"items": {"type": "array", "items": item}}}
    items = [{"id": str(number) if number == bad else number} for number in range(1, 5)]
    strict = {"strict": True, "answers": (Answer(status=200, schema=page),)}

    async def scenario() -> bytes | None:
        crm, sent = Crm(TOKEN, by_token, items, **strict), bytearray()
        with pytest.raises(ContractViolation, match="does not fit"):
            await whole(await crm.asked_for(*ALL), sent)
        return bytes(sent) or None

    assert run(scenario()) == given


def test_a_first_page_that_is_refused_is_an_ordinary_refusal() -> None:
    reply = run(Crm(TOKEN, failing("", REFUSED), []).asked_for(*ALL))

    assert (reply.status, reply.verdict, reply.body) == (500, REFUSED.verdict, b"{}")


@pytest.mark.parametrize("answer", [b"<html>", b'{"items": 7}', b'{"items": [], "next": {}}'])
def test_a_first_page_that_is_none_is_a_broken_contract(answer: bytes) -> None:
    with pytest.raises(ContractViolation):
        run(Crm(TOKEN, failing("", Reply(200, (), answer)), []).all())


def test_a_vendor_that_leads_in_a_circle_is_left() -> None:
    def circling(query: Mapping[str, str], items: list[Any]) -> Reply:
        return json({"value": [1], "next": "/v1/contacts?p=2" if query.get("p") == "1" else "/v1/contacts?p=1"})

    crm = Crm(LinkPaging(items="value", next="next"), circling, [])
    with pytest.raises(ContractViolation, match="circle"):
        run(crm.all())

    assert crm.targets == ["/contacts", "/contacts?p=1", "/contacts?p=2"]


def test_further_pages_are_first_attempts_of_calls_with_a_cursor() -> None:
    crm = Crm(TOKEN, by_token, contacts(4))

    run(crm.all())
    first, second = crm.asked

    assert first.query == ALL
    assert [name for name, _ in second.query] == ["cursor"]
    assert (second.attempt, second.method, second.headers) == (1, first.method, first.headers)


def test_an_answer_ends_where_a_page_has_nothing_to_add() -> None:
    def gaps(query: Mapping[str, str], items: list[Any]) -> Reply:
        page = int(query.get("pageToken", 1))
        more = {"next": page + 1} if page < 4 else {}
        return json({**({"items": [page]} if page in {2, 4} else {}), **more})

    assert run(Crm(TOKEN, gaps, []).all()) == {"items": [2, 4], "next": None}


def test_what_a_selection_leaves_out_is_not_given_item_by_item() -> None:
    hiding = ReplyMapping(select="{people: items[].{id: id}}")

    with pytest.raises(ContractViolation, match="no list"):
        run(Crm(*STYLES["cursor"], contacts(3), reply=hiding).all())
