"""Microsoft Graph: me, events, calendar view, schedules, messages and sendMail of one mailbox."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime, timedelta

from tests.simulators import microsoft_errors
from tests.simulators.microsoft_errors import ACCESS_TOKEN, error, invalid, json_object, not_found, throttled
from tests.simulators.microsoft_odata import collection, entity
from tests.simulators.microsoft_seed import EMAIL, EVENT_ID, EVENTS, ME, MESSAGE_ID, MESSAGES, event, message
from tests.simulators.script import Script
from tests.simulators.simulator import Received, RefusedError, Routes
from tests.simulators.wire import Answer, Json, JsonObject, Request, json_answer

__all__ = ["ACCESS_TOKEN", "EMAIL", "EVENT_ID", "MESSAGE_ID", "Microsoft", "error", "throttled"]

RECIPIENTS = ("toRecipients", "ccRecipients", "bccRecipients")


class Microsoft:
    """One mailbox. $filter, $orderby and $search are taken and ignored."""

    name = "microsoft"
    base_path = "/v1.0"

    def __init__(self) -> None:
        self.script = Script()
        self.received = Received()
        self.events: dict[str, JsonObject] = {}
        self.messages: dict[str, JsonObject] = {str(row["id"]): dict(row) for row in MESSAGES}
        for row in EVENTS:
            self._store(row)
        self.routes = Routes(
            {
                "GET /v1.0/me": lambda request: entity(request, ME, "users"),
                "GET /v1.0/me/events": lambda request: collection(request, list(self.events.values()), "events"),
                "POST /v1.0/me/events": self._create,
                "GET /v1.0/me/events/{id}": lambda request, id_: entity(request, self._event(id_), "events"),
                "PATCH /v1.0/me/events/{id}": self._update,
                "DELETE /v1.0/me/events/{id}": self._delete,
                "GET /v1.0/me/calendarView": self._view,
                "POST /v1.0/me/calendar/getSchedule": self._schedule,
                "GET /v1.0/me/messages": lambda request: collection(request, self._newest_first(), "messages"),
                "GET /v1.0/me/messages/{id}": self._message,
                "POST /v1.0/me/sendMail": self._send,
            }
        )

    def refusal(self, request: Request) -> Answer | None:
        return microsoft_errors.refusal(request)

    def unknown(self, request: Request) -> Answer:
        return microsoft_errors.unknown(request)

    def _event(self, id_: str) -> JsonObject:
        if id_ not in self.events:
            raise not_found()
        return self.events[id_]

    def _store(self, row: JsonObject) -> JsonObject:
        """Every change gives the event a new changeKey, which is also its ETag."""
        key = base64.b64encode(uuid.uuid4().bytes).decode()
        now = _now()
        marks = {"@odata.etag": f'W/"{key}"', "changeKey": key, "lastModifiedDateTime": now}
        self.events[str(row["id"])] = {"createdDateTime": now} | row | marks
        return self.events[str(row["id"])]

    def _create(self, request: Request) -> Answer:
        """A transactionId seen before gives back the event that it made."""
        fields = json_object(request)
        _check_times(fields)
        mark = fields.get("transactionId")
        known = next((row for row in self.events.values() if mark and row.get("transactionId") == mark), None)
        row = known or self._store(event(_new_id(), fields))
        return entity(request, row, "events", 201)

    def _update(self, request: Request, id_: str) -> Answer:
        row = self._current(request, id_)
        fields = row | json_object(request) | {"id": id_}
        _check_times(fields)
        return entity(request, self._store(fields), "events")

    def _delete(self, request: Request, id_: str) -> Answer:
        self._current(request, id_)
        del self.events[id_]
        return Answer(status=204)

    def _current(self, request: Request, id_: str) -> JsonObject:
        row = self._event(id_)
        if request.header("if-match") in {None, "*", row["@odata.etag"], row["changeKey"]}:
            return row
        text = "The change key passed in the request does not match the current change key for the item."
        raise RefusedError(error(412, "ErrorIrresolvableConflict", text))

    def _view(self, request: Request) -> Answer:
        start, end = request.parameter("startDateTime"), request.parameter("endDateTime")
        if not start or not end:
            names = "StartDateTime and EndDateTime"
            raise invalid(f"This request requires a time window specified by the query string parameters {names}.")
        rows = self._between(_instant(start), _instant(end))
        return collection(request, rows, "calendarView")

    def _between(self, start: datetime, end: datetime) -> list[JsonObject]:
        rows = [row for row in self.events.values() if _place(row["start"]) < end and _place(row["end"]) > start]
        return sorted(rows, key=lambda row: _place(row["start"]))

    def _schedule(self, request: Request) -> Answer:
        asked = json_object(request)
        if not asked.get("schedules"):
            raise invalid("At least one schedule is required.", "ErrorInvalidRequest")
        start, end = _place(asked.get("startTime")), _place(asked.get("endTime"))
        if end <= start:
            raise invalid("The start time has to be before the end time.", "ErrorInvalidTimeInterval")
        step = timedelta(minutes=int(asked.get("availabilityViewInterval") or 30))
        value = [self._availability(who, start, end, step) for who in asked["schedules"]]
        return json_answer(200, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": value})

    def _availability(self, who: str, start: datetime, end: datetime, step: timedelta) -> JsonObject:
        if who != EMAIL:
            lost = {"message": "Unable to resolve mailbox.", "responseCode": "ErrorMailRecipientNotFound"}
            return {"scheduleId": who, "availabilityView": "", "scheduleItems": [], "error": lost}
        slots = range(-((start - end) // step))
        view = "".join("2" if self._between(start + n * step, start + (n + 1) * step) else "0" for n in slots)
        shown = ("subject", "start", "end")
        items = [{name: row[name] for name in shown} | {"status": "busy"} for row in self._between(start, end)]
        return {"scheduleId": who, "availabilityView": view, "scheduleItems": items}

    def _newest_first(self) -> list[JsonObject]:
        return sorted(self.messages.values(), key=lambda row: str(row["receivedDateTime"]))[::-1]

    def _message(self, request: Request, id_: str) -> Answer:
        if id_ not in self.messages:
            raise not_found()
        return entity(request, self.messages[id_], "messages")

    def _send(self, request: Request) -> Answer:
        body = json_object(request)
        letter = body.get("message")
        if not isinstance(letter, dict):
            raise invalid("The parameter 'Message' is missing.", "ErrorInvalidParameter")
        fields = {name[:1].lower() + name[1:]: value for name, value in letter.items()}
        found = [_address(each) for name in RECIPIENTS for each in fields.get(name) or []]
        if not found or not all("@" in address for address in found):
            raise invalid("At least one recipient isn't valid.", "ErrorInvalidRecipients")
        if body.get("saveToSentItems", True) not in {False, "false"}:
            id_ = _new_id()
            self.messages[id_] = message(id_, fields, _now())
        return Answer(status=202)


def _check_times(fields: JsonObject) -> None:
    if _place(fields.get("end")) < _place(fields.get("start")):
        raise invalid("The end time has to be after the start time.", "ErrorPropertyValidationFailure")


def _place(value: Json) -> datetime:
    """A dateTimeTimeZone; every zone is read as UTC, the only one that this mailbox knows."""
    if not isinstance(value, dict) or not value.get("dateTime"):
        raise invalid("At least one property failed validation.", "ErrorPropertyValidationFailure")
    return _instant(str(value["dateTime"]))


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise invalid(f"The value '{text}' is not a time.") from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address(recipient: Json) -> str:
    mail = recipient.get("emailAddress") or recipient.get("EmailAddress") or {} if isinstance(recipient, dict) else {}
    return str(mail.get("address") or mail.get("Address") or "")


def _new_id() -> str:
    return "AAMk" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
