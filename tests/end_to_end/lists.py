"""Every list of the shipped file: how to ask for small pages of it, and what its vendor really has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from tests.end_to_end.world import World
from tests.simulators.google_seed import CALENDARS
from tests.simulators.twilio_seed import USAGE_TODAY

WINDOW = "start_date_time=2026-02-01T00:00:00Z&end_date_time=2026-03-01T00:00:00Z"


class Listed(msgspec.Struct, frozen=True):
    """`path` asks for pages of one or two; `items` is the key of the list, none where the page is the list itself.

    `name` tells the items apart, `there` are those of the vendor, in the order of his list.
    """

    path: str
    items: str
    name: str
    there: Callable[[World], list[str]]

    def names(self, found: list[Mapping[str, Any]]) -> list[str]:
        return [str(item[self.name]) for item in found]

    def of_page(self, page: Any) -> list[Any]:
        found: list[Any] = page[self.items] if self.items else page
        return found


def _newest_first(rows: Mapping[str, Any], stamp: str, name: str) -> list[str]:
    return [row[name] for row in sorted(rows.values(), key=lambda row: str(row[stamp]), reverse=True)]


def _vapi(kind: str) -> Callable[[World], list[str]]:
    return lambda world: _newest_first(world.vendors.vapi.store[kind], "createdAt", "id")


def _twilio(kind: str) -> Callable[[World], list[str]]:
    """The seed's days stand in the second word of a date."""
    return lambda world: [*reversed(world.vendors.twilio.store[kind])]


LISTS: Mapping[str, Listed] = {
    "vapi.list_assistants": Listed("/vapi/assistants?limit=1", "", "id", _vapi("assistant")),
    "vapi.list_calls": Listed("/vapi/calls?limit=2", "", "id", _vapi("call")),
    "vapi.list_phone_numbers": Listed("/vapi/phone-numbers?limit=1", "", "id", _vapi("phone-number")),
    "twilio.list_messages": Listed("/twilio/messages?page_size=1", "messages", "sid", _twilio("Messages")),
    "twilio.list_phone_numbers": Listed(
        "/twilio/phone-numbers?page_size=1", "incoming_phone_numbers", "sid", _twilio("IncomingPhoneNumbers")
    ),
    "twilio.list_usage_today": Listed(
        "/twilio/usage/today?page_size=2",
        "usage_records",
        "category",
        lambda _: [row["category"] for row in USAGE_TODAY],
    ),
    "google-calendar.list_calendars": Listed(
        "/google-calendar/calendars?max_results=1", "items", "id", lambda _: [str(row["id"]) for row in CALENDARS]
    ),
    "google-calendar.list_events": Listed(
        "/google-calendar/events?max_results=2",
        "items",
        "id",
        lambda world: [*world.vendors.calendar.events["alex@example.com"]],
    ),
    "microsoft.list_events": Listed(
        "/microsoft/events?top=1&select=subject", "value", "id", lambda world: [*world.vendors.microsoft.events]
    ),
    "microsoft.list_messages": Listed(
        "/microsoft/messages?top=2",
        "value",
        "id",
        lambda world: _newest_first(world.vendors.microsoft.messages, "receivedDateTime", "id"),
    ),
    "microsoft.list_calendar_view": Listed(
        f"/microsoft/calendar-view?top=1&{WINDOW}", "value", "id", lambda world: [*world.vendors.microsoft.events]
    ),
}


def followed(world: World, path: str) -> Iterator[Any]:
    """Each answer, from the first page to the one without a link."""
    url = f"{world.gateway.url}/api/v1{path}"
    while url:
        reply = world.client.get(url)
        assert reply.status_code == 200, reply.text
        yield reply
        url = reply.links.get("next", {}).get("url", "")
        assert not url or url.startswith(f"{world.gateway.url}/api/v1{path.partition('?')[0]}?cursor=")
