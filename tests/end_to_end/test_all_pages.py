"""Every list of every vendor is paged in the same way: by the header Link, or all pages in one answer."""

from typing import Any

import httpx
import pytest

from tests.contract.documented import assert_documented
from tests.end_to_end.lists import LISTS, Listed, followed
from tests.end_to_end.world import World
from tests.simulators.twilio_seed import NUMBER, message

PATHS = "/api/v1"


@pytest.fixture(name="listed", params=[*LISTS.values()], ids=[*LISTS])
def each(request: pytest.FixtureRequest) -> Listed:
    found: Listed = request.param
    return found


@pytest.fixture(scope="module")
def document(shared: World) -> Any:
    return shared.client.get("/openapi.json").json()


def everything(world: World, path: str, **words: Any) -> httpx.Response:
    sign = "&" if "?" in path else "?"
    return world.ask(f"GET {path}{sign}all=true", **words)


def test_these_are_all_the_lists_that_have_pages(document: Any) -> None:
    paged = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if any(parameter["name"] == "all" for parameter in operation.get("parameters", ()))
    }
    assert paged == LISTS.keys()
    assert {name.partition(".")[0] for name in paged} == {"vapi", "twilio", "google-calendar", "microsoft"}


def test_links_lead_through_all_that_the_vendor_has(world: World, document: Any, listed: Listed) -> None:
    found: list[Any] = []
    pages = 0
    for reply in followed(world, listed.path):
        assert_documented(document, "GET", reply.request.url.path, reply)
        found += listed.of_page(reply.json())
        pages += 1

    assert pages > 1
    assert listed.names(found) == listed.there(world)


def test_all_is_the_same_in_one_answer(world: World, document: Any, listed: Listed) -> None:
    by_hand = [item for reply in followed(world, listed.path) for item in listed.of_page(reply.json())]

    reply = everything(world, listed.path)

    assert_documented(document, "GET", PATHS + listed.path, reply)
    assert reply.headers["transfer-encoding"] == "chunked"
    assert reply.json()["next"] is None
    assert _without_moments(reply.json()["items"]) == _without_moments(by_hand)


def _without_moments(items: list[Any]) -> list[Any]:
    """The usage of today tells as of when it is."""
    return [{key: value for key, value in item.items() if key != "as_of"} for item in items]


def test_a_page_from_the_cache_leads_on_as_well(world: World) -> None:
    path = "/google-calendar/calendars?max_results=1&show_hidden=true"
    fetched, held = world.look(path), world.look(path)

    assert "hit" in held.headers["cache-status"]
    assert held.links["next"] == fetched.links["next"]
    assert world.cached.get(held.links["next"]["url"]).json()["items"] != held.json()["items"]


def test_all_pages_go_past_the_cache(world: World, document: Any) -> None:
    for _ in range(2):
        reply = world.look("/vapi/assistants?limit=1&all=true")
        assert reply.headers["cache-status"] == "gateway; fwd=bypass"
        assert_documented(document, "GET", "/api/v1/vapi/assistants", reply)

    assert len(world.vendors.vapi.received) == 6  # two pages of one, and an empty one


def test_all_begins_at_a_cursor(world: World) -> None:
    first = world.ask("GET /twilio/messages?page_size=1")
    reply = world.client.get(first.links["next"]["url"] + "&all=true")

    rest = LISTS["twilio.list_messages"].there(world)[1:]
    assert [item["sid"] for item in reply.json()["items"]] == rest


def test_many_pages_come_whole_and_in_order(world: World) -> None:
    store = world.vendors.twilio.store["Messages"]
    seed = dict(store)
    for number in range(1, 401):
        row = message(f"SM{number:030}ff", {"To": "+15005550120", "From": NUMBER, "Body": str(number)})
        moment = f"Thu, 05 Feb 2026 {number // 60:02}:{number % 60:02}:00 +0000"
        store[row["sid"]] = row | {"date_created": moment, "date_updated": moment}
    try:
        reply = everything(world, "/twilio/messages?page_size=7&to=%2B15005550120").json()
    finally:
        world.vendors.twilio.store["Messages"] = seed

    assert [item["body"] for item in reply["items"]] == [str(number) for number in range(400, 0, -1)]
    assert reply["next"] is None
    assert len(world.vendors.twilio.received) == 58


def test_a_first_page_that_is_refused_is_an_ordinary_problem(world: World, document: Any) -> None:
    world.vendors.microsoft.script.next(status=403, body={"error": {"code": "ErrorAccessDenied", "message": "No"}})

    reply = everything(world, "/microsoft/events")

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (403, "permission-not-granted")
    assert_documented(document, "GET", "/api/v1/microsoft/events", reply)


def test_a_later_page_is_asked_for_again_where_that_may_help(world: World) -> None:
    world.vendors.twilio.script.next(lambda request: request.parameter("Page") == "1", status=503)

    assert len(everything(world, "/twilio/messages?page_size=1").json()["items"]) == 3


def test_a_later_page_that_fails_never_looks_like_an_end(world: World) -> None:
    world.vendors.twilio.script.next(lambda request: request.parameter("Page") == "2", status=400, body={"code": 20404})
    sent: list[bytes] = []

    with (
        world.client.stream("GET", "/api/v1/twilio/messages?page_size=1&all=true") as reply,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        sent.extend(reply.iter_raw())

    assert b"".join(sent).startswith(b'{"items":[{')
    assert b"".join(sent).count(b'"account_sid"') == 2


@pytest.mark.parametrize("value", ["yes", "1", "TRUE", ""])
def test_all_is_true_or_false(world: World, value: str) -> None:
    reply = world.ask("GET /twilio/messages", params={"all": value})

    assert (reply.status_code, reply.json()["errors"][0]["name"]) == (400, "all")
    assert world.vendors.twilio.received == []


def test_what_has_no_pages_has_no_such_parameter(world: World) -> None:
    assert world.ask("GET /twilio/balance", params={"all": "true"}).status_code == 400


def test_head_tells_of_the_next_page_too(world: World) -> None:
    assert "next" in world.ask("HEAD /twilio/messages?page_size=1").links
    assert world.ask("HEAD /twilio/messages?page_size=1&all=true").content == b""
