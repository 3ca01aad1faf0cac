"""google-api-python-client: its endpoint is the mount, its access token a key of the gateway."""

import base64
from typing import Any

import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.sdk.conftest import Desk

SPAN = {
    "start": {"dateTime": "2026-12-01T09:00:00Z"},
    "end": {"dateTime": "2026-12-01T09:30:00Z"},
}


def service(desk: Desk, key: str, name: str, version: str, mount: str) -> Any:
    options = {"api_endpoint": f"{desk.url}/{mount}"}
    found = Credentials(token=key)
    return build(name, version, credentials=found, client_options=options, static_discovery=True)


def test_events_are_made_read_changed_and_deleted(desk: Desk) -> None:
    events = service(desk, desk.key, "calendar", "v3", "google-calendar").events()
    made = events.insert(calendarId="primary", body={"summary": "Tea", **SPAN}).execute()
    found = events.get(calendarId="primary", eventId=made["id"]).execute()
    assert found["summary"] == "Tea"
    changed = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "Coffee"}).execute()
    assert changed["summary"] == "Coffee"
    assert made["id"] in {event["id"] for event in events.list(calendarId="primary").execute()["items"]}
    events.delete(calendarId="primary", eventId=made["id"]).execute()


def test_pages_are_followed(desk: Desk) -> None:
    events = service(desk, desk.key, "calendar", "v3", "google-calendar").events()
    request, seen = events.list(calendarId="primary", maxResults=1), 0
    while request is not None and seen < 3:
        reply = request.execute()
        seen += len(reply["items"])
        request = events.list_next(request, reply)
    assert seen > 1


def test_free_and_busy(desk: Desk) -> None:
    calendar = service(desk, desk.key, "calendar", "v3", "google-calendar")
    body = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "items": [{"id": "primary"}]}
    assert "calendars" in calendar.freebusy().query(body=body).execute()


def test_mail_is_sent(desk: Desk) -> None:
    gmail = service(desk, desk.key, "gmail", "v1", "gmail")
    raw = base64.urlsafe_b64encode(b"To: a@b.example\r\nSubject: Hi\r\n\r\nHello").decode()
    assert gmail.users().messages().send(userId="me", body={"raw": raw}).execute()["id"]
    assert gmail.users().getProfile(userId="me").execute()["emailAddress"]


def test_what_is_not_there_is_the_sdks_own_error_with_googles_reason(desk: Desk) -> None:
    events = service(desk, desk.key, "calendar", "v3", "google-calendar").events()
    with pytest.raises(HttpError) as refused:
        events.get(calendarId="primary", eventId="nothere000").execute()
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (404, "notFound")


def test_a_wrong_key_reaches_nobody(desk: Desk) -> None:
    calendar = service(desk, desk.wrong, "calendar", "v3", "google-calendar")
    with pytest.raises(RefreshError):  # which it makes of a 401
        calendar.calendarList().list().execute()
    assert not desk.vendors.calendar.received
