"""Links to further pages lead through the gateway, to the end and back, and nowhere else."""

from typing import Any

import pytest

from tests.end_to_end.world import World

WINDOW = "start_date_time=2026-02-01T00:00:00Z&end_date_time=2026-03-01T00:00:00Z"
LISTS = [
    ("/twilio/messages?page_size=1", "messages", "next_page_uri", 3),
    ("/twilio/phone-numbers?page_size=1", "incoming_phone_numbers", "next_page_uri", 2),
    ("/twilio/usage/today?page_size=2", "usage_records", "next_page_uri", 3),
    ("/microsoft/events?top=1&select=subject", "value", "@odata.nextLink", 3),
    ("/microsoft/messages?top=2&filter=isRead%20eq%20false", "value", "@odata.nextLink", 3),
    (f"/microsoft/calendar-view?top=1&{WINDOW}", "value", "@odata.nextLink", 3),
]


@pytest.mark.parametrize(("path", "items", "link", "total"), LISTS)
def test_links_are_followed_to_the_end(world: World, path: str, items: str, link: str, total: int) -> None:
    found: list[Any] = []
    url = f"{world.gateway.url}/api/v1{path}"
    while url:
        reply = world.client.get(url)
        assert reply.status_code == 200, reply.text
        found += reply.json()[items]
        url = reply.json().get(link)
        assert url is None or url.startswith(f"{world.gateway.url}/api/v1{path.partition('?')[0]}?cursor=")

    assert len(found) == total
    assert len({str(item) for item in found}) == total


def test_the_vendor_hears_the_very_link_that_it_gave(world: World) -> None:
    simulator = world.vendors.twilio
    page = world.ask("GET /twilio/messages?page_size=1&from=%2B15005550130").json()
    world.client.get(page["next_page_uri"])

    first, second = simulator.received
    assert [value for name, value in second.parameters if name == "From"] == ["+15005550130"]
    assert second.parameter("PageToken") == "PA" + page["messages"][0]["sid"]
    assert [name for name, _ in second.parameters if name == "PageSize"] == ["PageSize"]
    assert second.path == first.path


def test_a_page_leads_back_too(world: World) -> None:
    first = world.ask("GET /twilio/messages?page_size=1").json()
    second = world.client.get(first["next_page_uri"]).json()

    assert first["previous_page_uri"] is None
    assert world.client.get(second["previous_page_uri"]).json()["messages"] == first["messages"]


def test_google_pages_by_tokens(world: World) -> None:
    first = world.ask("GET /google-calendar/calendars?max_results=1").json()
    token = first["nextPageToken"]
    last = world.ask("GET /google-calendar/calendars", params={"max_results": 1, "page_token": token}).json()

    assert first["items"] != last["items"]
    assert "nextPageToken" not in last


def _tampered(cursor: str) -> str:
    middle = len(cursor) // 2
    return cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [_tampered, lambda cursor: cursor[:-4], lambda _: "bm9uc2Vuc2Ugb2Ygc29tZW9uZSBlbHNl"],
    ids=["changed", "shortened", "foreign"],
)
def test_a_cursor_that_was_not_made_here_leads_nowhere(world: World, spoil: Any) -> None:
    link = world.ask("GET /twilio/messages?page_size=1").json()["next_page_uri"]
    world.vendors.forget()

    reply = world.ask("GET /twilio/messages", params={"cursor": spoil(link.partition("cursor=")[2])})

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (404, "no-such-page")
    assert reply.json()["errors"][0]["name"] == "cursor"
    assert world.vendors.twilio.received == []


@pytest.mark.parametrize("nonsense", ["%%%", "x", "a b c d e f g h i j k l m n o", ""])
def test_what_does_not_look_like_a_cursor_is_refused(world: World, nonsense: str) -> None:
    reply = world.ask("GET /twilio/messages", params={"cursor": nonsense})

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (400, "invalid-request")
    assert reply.json()["errors"][0]["name"] == "cursor"


def test_a_cursor_of_another_endpoint_is_refused(world: World) -> None:
    link = world.ask("GET /twilio/messages?page_size=1").json()["next_page_uri"]

    reply = world.ask("GET /twilio/phone-numbers", params={"cursor": link.partition("cursor=")[2]})

    assert reply.status_code == 404


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/me/events?$skip=1", "http://127.0.0.1:1/v1.0/me/events", "//evil.example/v1.0/me"],
)
def test_a_link_that_leads_elsewhere_is_no_link(world: World, link: str) -> None:
    world.vendors.microsoft.script.next(status=200, body={"value": [], "@odata.nextLink": link})

    assert world.ask("GET /microsoft/events").json() == {"value": []}
