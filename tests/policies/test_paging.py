"""Each page leads to the next one, in whatever way its vendor pages, and the last one leads nowhere."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway import Headers, Reply
from gateway.paging import CursorPaging, LinkPaging, NumberPaging, OffsetPaging, Paging
from gateway_policies.paging import next_link, with_parameter
from tests.kit import call, run
from tests.policies.paged import BASE, STYLES, Answer, Crm, by_number, by_offset, contacts, json

PAGE = NumberPaging(items="results", parameter="page", size="per_page")
OFFSET = OffsetPaging(items="results", parameter="offset", limit="per_page")
TOKEN = CursorPaging(items="items", next="next", parameter="pageToken")
LINK = LinkPaging(items="value", next="next")


def items_of(page: Any) -> list[Any]:
    return page if isinstance(page, list) else next(part for part in page.values() if isinstance(part, list))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
def test_links_lead_through_the_whole_list(style: str, count: int) -> None:
    crm = Crm(*STYLES[style], contacts(count))

    pages = run(crm.followed())

    assert [item for page in pages for item in items_of(page)] == contacts(count)
    assert len(set(crm.targets)) == len(crm.targets)


@pytest.mark.parametrize(
    ("style", "asked"),
    [
        ("cursor", ["/contacts", "/contacts?pageToken=2"]),
        ("cursor made of the last item", ["/contacts", "/contacts?after=2", "/contacts?after=4"]),
        ("link", ["/contacts", "/contacts?$skip=2"]),
        ("link in the header", ["/contacts", "/contacts?from=2"]),
        ("page", ["/contacts", "/contacts?page=2", "/contacts?page=3"]),
        ("page, told how many", ["/contacts", "/contacts?page=2"]),
        ("offset", ["/contacts", "/contacts?offset=2", "/contacts?offset=4"]),
        ("offset, told how many", ["/contacts", "/contacts?offset=2"]),
    ],
)
def test_the_vendor_is_asked_in_his_own_way(style: str, asked: list[str]) -> None:
    crm = Crm(*STYLES[style], contacts(4))

    run(crm.followed())

    assert crm.targets == asked


@pytest.mark.parametrize(("paging", "answer"), [(PAGE, by_number), (OFFSET, by_offset)])
def test_a_page_that_is_not_full_is_the_last(paging: Paging, answer: Answer) -> None:
    crm = Crm(paging, answer, contacts(3))

    assert len(run(crm.followed(("limit", "2")))) == 2
    assert all("per_page=2" in target for target in crm.targets)


def test_pages_may_count_from_nought() -> None:
    def answer(query: Mapping[str, str], items: list[Any]) -> Reply:
        return json(items[int(query.get("page", 0)) :][:1])

    crm = Crm(NumberPaging(parameter="page", first=0), answer, contacts(2))

    assert len(run(crm.followed())) == 3
    assert crm.targets == ["/contacts", "/contacts?page=1", "/contacts?page=2"]


def test_what_the_caller_asked_for_goes_on_being_asked_for() -> None:
    crm = Crm(*STYLES["cursor"], contacts(3), upstream="/contacts?view=full")

    run(crm.followed(("limit", "2")))

    assert crm.targets == ["/contacts?view=full&per_page=2", "/contacts?view=full&per_page=2&pageToken=2"]


def test_a_parameter_takes_the_place_of_the_same_one() -> None:
    assert with_parameter("/c?a=1&page=2&page=3&b=%26", "page", 4) == "/c?a=1&b=%26&page=4"
    assert with_parameter("/c?a%5Bb%5D=1", "a[b]", "x&y=z") == "/c?a%5Bb%5D=x%26y%3Dz"
    assert with_parameter("/c", "after", 1.5) == "/c?after=1.5"


@pytest.mark.parametrize("end", [None, "", False])
@pytest.mark.parametrize("paging", [CursorPaging(next="next", parameter="after"), LinkPaging(next="next")])
def test_nothing_where_the_next_page_should_be_is_the_end(paging: Paging, end: Any) -> None:
    crm = Crm(paging, lambda _, items: json({"next": end}), [])

    assert len(run(crm.followed())) == 1


UNCLEAR = [
    (TOKEN, {"items": [], "next": {"page": 2}}),
    (TOKEN, {"items": [], "next": True}),
    (LINK, {"next": "https://evil.example/v1/contacts"}),
    (LINK, {"next": "https://crm.example/admin"}),
    (LINK, {"next": "//evil.example/v1/contacts"}),
    (LINK, {"next": "http://[/v1/contacts"}),
    (LINK, {"next": 2}),
    (LINK, {"next": f"{BASE}/contacts"}),  # the same page again
    (PAGE, {"results": {"id": 1}}),
    (CursorPaging(next="length(next)", parameter="after"), {"next": 7}),
]


@pytest.mark.parametrize(("paging", "answer"), UNCLEAR)
def test_a_page_that_leads_nowhere_sensible_is_given_without_a_link(paging: Paging, answer: Any) -> None:
    async def scenario() -> tuple[Reply, list[str]]:
        asked = call()
        return await Crm(paging, lambda *_: json(answer), []).handler(asked), [e.name for e in asked.trail.events]

    reply, noted = run(scenario())

    assert (reply.status, reply.header(b"link")) == (200, None)
    assert noted == ["paging.unclear"]


def test_an_answer_that_is_no_page_passes_as_it_is() -> None:
    for given in (Reply(204), Reply(304), Reply(200, (), b"<html>"), Reply(206, (), b"[1]")):
        assert run(Crm(TOKEN, _always(given), []).asked_for()) == given


def _always(reply: Reply) -> Answer:
    return lambda *_: reply


def test_the_vendors_own_link_stays_with_the_gateway() -> None:
    crm = Crm(TOKEN, lambda *_: json({"items": []}, (b"link", b'</v1/x>; rel="next"')), [])

    assert run(crm.asked_for()).header(b"link") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'<https://a.example/?p=2>; rel="next"', "https://a.example/?p=2"),
        (b"</c?p=2>;rel=next", "/c?p=2"),
        (b'</c?a=1,2;3>; rel="prev", </c?a=4,5>; rel="NEXT"', "/c?a=4,5"),
        (b'</c?p=2>; title="; rel=next"; rel="prev"', None),
        (b'</c?p=2>; REL="next"; rel="prev"', "/c?p=2"),
        (b'</c?p=2>; rel="nextish"', None),
        (b"</c?p=2>", None),
        (b"nonsense", None),
        (b"<" * 5000, None),
        (b"<a>;" + b" " * 5000, None),
    ],
)
def test_the_header_link_is_read_as_it_is_written(value: bytes, expected: str | None) -> None:
    headers: Headers = ((b"etag", b'"1"'), (b"link", value))

    assert next_link(headers) == expected


def test_several_link_fields_are_all_read() -> None:
    headers: Headers = ((b"link", b"</a>; rel=first"), (b"link", b"</b>; rel=next"))

    assert next_link(headers) == "/b"
