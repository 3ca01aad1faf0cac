"""A good request body for every vendor's writes, and each operation once, to be held against the vendors' documents."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from tests.simulators import google, microsoft, twilio, vapi
from tests.simulators.gmail import Gmail
from tests.simulators.google import GoogleCalendar
from tests.simulators.microsoft import Microsoft
from tests.simulators.simulator import Simulator
from tests.simulators.twilio import Twilio
from tests.simulators.vapi import Vapi

ROOT = f"/2010-04-01/Accounts/{twilio.ACCOUNT_SID}"
CALL = {"assistantId": vapi.ASSISTANT_ID, "phoneNumberId": vapi.PHONE_NUMBER_ID, "customer": {"number": "+15005550120"}}
SMS = {"To": "+15005550120", "From": twilio.NUMBER, "Body": "Hello"}
DIAL = {"To": "+15005550120", "From": twilio.NUMBER, "Url": "https://example.com/twiml"}
SPAN = {"start": {"dateTime": "2026-03-01T09:00:00Z"}, "end": {"dateTime": "2026-03-01T10:00:00Z"}}
FEBRUARY = {"timeMin": "2026-02-01T00:00:00Z", "timeMax": "2026-03-01T00:00:00Z"}
PLACE = {
    "start": {"dateTime": "2026-03-01T09:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-03-01T10:00:00", "timeZone": "UTC"},
}
WINDOW = "startDateTime=2026-02-01T00:00:00Z&endDateTime=2026-03-01T00:00:00Z"
WORKDAY = {
    "startTime": {"dateTime": "2026-02-01T09:00:00", "timeZone": "UTC"},
    "endTime": {"dateTime": "2026-02-01T10:00:00", "timeZone": "UTC"},
}
MAIL = {"subject": "Hi", "toRecipients": [{"emailAddress": {"address": "robin@example.com"}}]}
EVENTS = "/calendars/primary/events"


def letter(text: bytes) -> dict[str, str]:
    return {"raw": base64.urlsafe_b64encode(text).decode().rstrip("=")}


Case = tuple[Callable[[], Simulator], str, str, dict[str, Any]]  # Any: the words of httpx.Client.request
NUMBER = f"/phone-number/{vapi.PHONE_NUMBER_ID}"
EVENT = f"{EVENTS}/{google.EVENT_ID}"
GRAPH_EVENT = f"/me/events/{microsoft.EVENT_ID}"
DOCUMENTS = {
    "vapi": "vapi.openapi.json",
    "twilio": "twilio_api_v2010.json",
    "google-calendar": "gcal.openapi.json",
    "gmail": "gmail.openapi.json",
    "microsoft": "graph.openapi.json",
}
CASES: tuple[Case, ...] = (
    (Vapi, "GET", "/assistant", {}),
    (Vapi, "GET", f"/assistant/{vapi.ASSISTANT_ID}", {}),
    (Vapi, "POST", "/assistant", {"json": {"name": "Desk"}}),
    (Vapi, "PATCH", f"/assistant/{vapi.ASSISTANT_ID}", {"json": {"name": "Desk"}}),
    (Vapi, "DELETE", f"/assistant/{vapi.OTHER_ASSISTANT_ID}", {}),
    (Vapi, "DELETE", f"/assistant/{vapi.ASSISTANT_ID}", {}),
    (Vapi, "GET", "/call", {}),
    (Vapi, "GET", f"/call/{vapi.CALL_ID}", {}),
    (Vapi, "POST", "/call", {"json": CALL}),
    (Vapi, "GET", "/phone-number", {}),
    (Vapi, "GET", "/v2/phone-number", {}),
    (Vapi, "GET", NUMBER, {}),
    (Vapi, "PATCH", NUMBER, {"json": {"name": "Line"}}),
    (Twilio, "GET", f"{ROOT}/Messages.json?PageSize=1", {}),
    (Twilio, "GET", f"{ROOT}/Messages/SM{1:032}.json", {}),
    (Twilio, "POST", f"{ROOT}/Messages.json", {"data": SMS}),
    (Twilio, "POST", f"{ROOT}/Messages/SM{1:032}.json", {"data": {"Body": ""}}),
    (Twilio, "DELETE", f"{ROOT}/Messages/SM{1:032}.json", {}),
    (Twilio, "GET", f"{ROOT}/Calls.json", {}),
    (Twilio, "GET", f"{ROOT}/Calls/CA{1:032}.json", {}),
    (Twilio, "POST", f"{ROOT}/Calls.json", {"data": DIAL}),
    (Twilio, "GET", f"{ROOT}/IncomingPhoneNumbers.json?PageSize=1&Page=1", {}),
    (Twilio, "GET", f"{ROOT}/IncomingPhoneNumbers/{twilio.NUMBER_SID}.json", {}),
    (Twilio, "POST", f"{ROOT}/IncomingPhoneNumbers/{twilio.NUMBER_SID}.json", {"data": {"FriendlyName": "Line"}}),
    (Twilio, "DELETE", f"{ROOT}/IncomingPhoneNumbers/{twilio.NUMBER_SID}.json", {}),
    (Twilio, "GET", f"{ROOT}/Balance.json", {}),
    (Twilio, "GET", f"{ROOT}/Usage/Records/Today.json", {}),
    (GoogleCalendar, "GET", "/users/me/calendarList", {}),
    (GoogleCalendar, "GET", "/users/me/calendarList/primary", {}),
    (GoogleCalendar, "GET", EVENTS, {}),
    (GoogleCalendar, "GET", f"{EVENTS}?maxResults=1", {}),
    (GoogleCalendar, "GET", f"{EVENTS}?syncToken=x", {}),
    (GoogleCalendar, "POST", EVENTS, {"json": SPAN}),
    (GoogleCalendar, "POST", EVENTS, {"json": {}}),
    (GoogleCalendar, "GET", EVENT, {}),
    (GoogleCalendar, "PATCH", EVENT, {"json": {"summary": "New"}}),
    (GoogleCalendar, "PATCH", EVENT, {"json": {}, "headers": {"If-Match": '"old"'}}),
    (GoogleCalendar, "PUT", EVENT, {"json": SPAN}),
    (GoogleCalendar, "DELETE", EVENT, {}),
    (GoogleCalendar, "POST", "/freeBusy", {"json": FEBRUARY | {"items": [{"id": "primary"}]}}),
    (Gmail, "GET", "/users/me/profile", {}),
    (Gmail, "GET", "/users/me/messages", {}),
    (Gmail, "GET", f"/users/me/messages/{google.MESSAGE_ID}", {}),
    (Gmail, "POST", "/users/me/messages/send", {"json": letter(b"To: robin@example.com\r\n\r\nHi")}),
    (Gmail, "POST", "/users/me/messages/send", {"json": {}}),
    (Microsoft, "GET", "/me", {}),
    (Microsoft, "GET", "/me/events?$top=1", {}),
    (Microsoft, "POST", "/me/events", {"json": PLACE | {"subject": "One"}}),
    (Microsoft, "POST", "/me/events", {"json": {}}),
    (Microsoft, "GET", GRAPH_EVENT, {}),
    (Microsoft, "PATCH", GRAPH_EVENT, {"json": {"subject": "Two"}}),
    (Microsoft, "DELETE", GRAPH_EVENT, {}),
    (Microsoft, "GET", f"/me/calendarView?{WINDOW}", {}),
    (Microsoft, "POST", "/me/calendar/getSchedule", {"json": WORKDAY | {"schedules": [microsoft.EMAIL, "x"]}}),
    (Microsoft, "GET", "/me/messages", {}),
    (Microsoft, "GET", f"/me/messages/{microsoft.MESSAGE_ID}", {}),
    (Microsoft, "POST", "/me/sendMail", {"json": {"message": MAIL}}),
    (Microsoft, "POST", "/me/sendMail", {"json": {}}),
)
