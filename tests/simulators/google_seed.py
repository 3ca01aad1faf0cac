"""What the simulated Google account's calendars hold at the start."""

from __future__ import annotations

from tests.simulators.google_errors import EMAIL
from tests.simulators.wire import JsonObject

TEAM_CALENDAR = "team@group.calendar.example.com"
EVENT_ID = "seed0event1"


def _calendar(id_: str, summary: str, number: int) -> JsonObject:
    return {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{1_700_000_000_000_000 + number}"',
        "id": id_,
        "summary": summary,
        "timeZone": "UTC",
        "colorId": str(number),
        "backgroundColor": "#9fe1e7",
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}],
    }


def _event(number: int, summary: str) -> JsonObject:
    day = f"2026-02-{number:02}"
    start, end = ({"dateTime": f"{day}T{clock}Z", "timeZone": "UTC"} for clock in ("09:00:00", "09:30:00"))
    return {"id": f"seed0event{number}", "summary": summary, "start": start, "end": end}


CALENDARS: tuple[JsonObject, ...] = (
    _calendar(EMAIL, "Alex", 1) | {"primary": True},
    _calendar(TEAM_CALENDAR, "Team", 2),
)
EVENTS: tuple[tuple[str, JsonObject], ...] = (
    (EMAIL, _event(1, "Planning")),
    (EMAIL, _event(2, "Review")),
    (EMAIL, _event(3, "Lunch with Robin")),
    (TEAM_CALENDAR, _event(4, "Team hour")),
)
