"""Google Calendar: calendar list, events with ETags and sync tokens, free/busy; Gmail lies next door."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from tests.simulators import google_errors
from tests.simulators import google_times as times
from tests.simulators.gmail import MESSAGE_ID, Gmail
from tests.simulators.google_errors import ACCESS_TOKEN, EMAIL, error, invalid, json_object, rate_limited
from tests.simulators.google_pages import page, seen_change, sync_token
from tests.simulators.google_seed import CALENDARS, EVENT_ID, EVENTS
from tests.simulators.script import Script
from tests.simulators.simulator import Received, RefusedError, Routes
from tests.simulators.wire import Answer, JsonObject, Request, json_answer

__all__ = ["ACCESS_TOKEN", "EMAIL", "EVENT_ID", "MESSAGE_ID", "Gmail", "GoogleCalendar", "error", "rate_limited"]

# The vendor refuses these beside a syncToken: a sync follows the query that it began with.
NOT_WITH_SYNC = ("iCalUID", "orderBy", "q", "timeMin", "timeMax", "updatedMin")
CLIENT_ID = re.compile(r"[a-v0-9]{5,1024}")


class GoogleCalendar:
    """Events that were deleted stay, as `cancelled`: sync hands them out and their ids are never free again."""

    name = "google-calendar"
    base_path = "/calendar/v3"

    def __init__(self) -> None:
        self.script = Script()
        self.received = Received()
        self.change = 0
        self.oldest_sync = 0
        self.changes: dict[tuple[str, str], int] = {}
        self.events: dict[str, dict[str, JsonObject]] = {str(row["id"]): {} for row in CALENDARS}
        for calendar, fields in EVENTS:
            self._store(calendar, self._new_event(calendar, fields))
        one = "/calendar/v3/calendars/{calendar}/events/{event}"
        self.routes = Routes(
            {
                "GET /calendar/v3/users/me/calendarList": self._list_calendars,
                "GET /calendar/v3/users/me/calendarList/{calendar}": self._get_calendar,
                "GET /calendar/v3/calendars/{calendar}/events": self._list_events,
                "POST /calendar/v3/calendars/{calendar}/events": self._insert,
                f"GET {one}": self._get,
                f"PATCH {one}": self._patch,
                f"PUT {one}": self._replace,
                f"DELETE {one}": self._delete,
                "POST /calendar/v3/freeBusy": self._free_busy,
            }
        )

    def expire_sync_tokens(self) -> None:
        """From now on every sync token given out before is answered with 410."""
        self.change += 1
        self.oldest_sync = self.change

    def refusal(self, request: Request) -> Answer | None:
        return google_errors.refusal(request)

    def unknown(self, request: Request) -> Answer:
        return google_errors.unknown(request)

    def _list_calendars(self, request: Request) -> Answer:
        known = seen_change(request, oldest=self.oldest_sync, newest=self.change)
        shown, token = page(request, list(CALENDARS) if known is None else [], size=100, most=250)
        end = token or {"nextSyncToken": sync_token(self.change)}
        return json_answer(200, {"kind": "calendar#calendarList", "etag": self._etag(0), "items": shown} | end)

    def _get_calendar(self, _request: Request, calendar: str) -> Answer:
        id_ = self._calendar(calendar)
        return json_answer(200, next(row for row in CALENDARS if row["id"] == id_))

    def _list_events(self, request: Request, calendar: str) -> Answer:
        id_ = self._calendar(calendar)
        known = seen_change(request, oldest=self.oldest_sync, newest=self.change)
        clash = next((name for name in NOT_WITH_SYNC if request.parameter(name) is not None), None)
        if known is not None and clash:
            raise invalid(f"Sync token cannot be combined with {clash}.", "syncToken")
        rows = [row for row in self.events[id_].values() if self.changes[id_, str(row["id"])] > (known or 0)]
        if known is None and request.parameter("showDeleted") != "true":
            rows = [row for row in rows if row["status"] != "cancelled"]
        shown, token = page(request, times.selected(request, rows), size=250, most=2500)
        end = token or {"nextSyncToken": sync_token(self.change)}
        head = {"kind": "calendar#events", "etag": self._etag(self.change), "summary": id_, "timeZone": "UTC"}
        more = {"updated": times.now(), "accessRole": "owner", "defaultReminders": [], "items": shown}
        return json_answer(200, head | more | end)

    def _insert(self, request: Request, calendar: str) -> Answer:
        id_ = self._calendar(calendar)
        fields = json_object(request)
        times.check(fields)
        own = fields.get("id")
        if own is not None and not CLIENT_ID.fullmatch(str(own)):
            raise invalid("Invalid resource id value.", "id")
        if own in self.events[id_]:
            raise RefusedError(error(409, "duplicate", "The requested identifier already exists."))
        return self._shown(self._store(id_, self._new_event(id_, fields)))

    def _get(self, request: Request, calendar: str, event: str) -> Answer:
        row = self._event(calendar, event)
        if request.header("if-none-match") == row["etag"]:
            return Answer(status=304, headers=(("ETag", str(row["etag"])),))
        return self._shown(row)

    def _patch(self, request: Request, calendar: str, event: str) -> Answer:
        row = self._current(request, calendar, event)
        changed = {name: value for name, value in (row | json_object(request)).items() if value is not None}
        return self._change(calendar, row, changed)

    def _replace(self, request: Request, calendar: str, event: str) -> Answer:
        row = self._current(request, calendar, event)
        kept = ("kind", "status", "created", "creator", "organizer", "iCalUID", "htmlLink", "eventType", "sequence")
        return self._change(calendar, row, {name: row[name] for name in kept} | json_object(request))

    def _change(self, calendar: str, row: JsonObject, fields: JsonObject) -> Answer:
        times.check(fields)
        return self._shown(self._store(self._calendar(calendar), fields | {"id": row["id"]}))

    def _delete(self, request: Request, calendar: str, event: str) -> Answer:
        row = self._current(request, calendar, event)
        if row["status"] == "cancelled":
            raise RefusedError(error(410, "deleted", "Resource has been deleted"))
        self._store(self._calendar(calendar), row | {"status": "cancelled"})
        return Answer(status=204)

    def _free_busy(self, request: Request) -> Answer:
        asked = json_object(request)
        start, end = times.window(asked)
        calendars = {item["id"]: self._busy(item["id"], start, end) for item in asked.get("items", [])}
        span = {"timeMin": asked["timeMin"], "timeMax": asked["timeMax"]}
        return json_answer(200, {"kind": "calendar#freeBusy", "calendars": calendars} | span)

    def _busy(self, calendar: str, start: datetime, end: datetime) -> JsonObject:
        try:
            events = self.events[self._calendar(calendar)].values()
        except RefusedError:
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        return {"busy": times.busy([row for row in events if row["status"] != "cancelled"], start, end)}

    def _calendar(self, calendar: str) -> str:
        id_ = EMAIL if calendar == "primary" else calendar
        if id_ not in self.events:
            raise RefusedError(error(404, "notFound", "Not Found"))
        return id_

    def _event(self, calendar: str, event: str) -> JsonObject:
        row = self.events[self._calendar(calendar)].get(event)
        if row is None:
            raise RefusedError(error(404, "notFound", "Not Found"))
        return row

    def _current(self, request: Request, calendar: str, event: str) -> JsonObject:
        """The event, provided that it is still the one that If-Match names."""
        row = self._event(calendar, event)
        if request.header("if-match") not in {None, "*", row["etag"]}:
            place = {"location": "If-Match", "locationType": "header"}
            raise RefusedError(error(412, "conditionNotMet", "Precondition Failed", **place))
        return row

    def _new_event(self, calendar: str, fields: JsonObject) -> JsonObject:
        id_ = str(fields.get("id") or uuid.uuid4().hex)
        person = {"email": EMAIL, "self": True}
        return {
            "kind": "calendar#event",
            "id": id_,
            "status": "confirmed",
            "htmlLink": f"https://calendar.example.com/event?eid={id_}",
            "created": times.now(),
            "creator": person,
            "organizer": {"email": calendar, "self": calendar == EMAIL},
            "iCalUID": f"{id_}@example.com",
            "sequence": 0,
            "eventType": "default",
            "reminders": {"useDefault": True},
        } | fields

    def _store(self, calendar: str, row: JsonObject) -> JsonObject:
        self.change += 1
        id_ = str(row["id"])
        self.changes[calendar, id_] = self.change
        self.events[calendar][id_] = row | {"updated": times.now(), "etag": self._etag(self.change)}
        return self.events[calendar][id_]

    def _etag(self, change: int) -> str:
        return f'"{3_500_000_000_000_000 + change}"'

    def _shown(self, row: JsonObject) -> Answer:
        return json_answer(200, row, ETag=str(row["etag"]))
