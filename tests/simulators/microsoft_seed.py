"""What the simulated mailbox holds at the start."""

from __future__ import annotations

from tests.simulators.wire import Json, JsonObject

EMAIL = "alex@example.com"
EVENT_ID = "AAMkSEEDEVENT0001="
MESSAGE_ID = "AAMkSEEDMESSAGE0001="
ME: JsonObject = {
    "id": "7d1f6c1e-0000-4000-8000-0000000000d1",
    "displayName": "Alex Example",
    "givenName": "Alex",
    "surname": "Example",
    "mail": EMAIL,
    "userPrincipalName": EMAIL,
    "businessPhones": ["+15005550140"],
    "jobTitle": "Coordinator",
    "mobilePhone": None,
    "officeLocation": None,
    "preferredLanguage": "en-US",
}


def recipient(address: str) -> JsonObject:
    return {"emailAddress": {"name": address.partition("@")[0].title(), "address": address}}


def event(id_: str, fields: JsonObject) -> JsonObject:
    """An event as the vendor fills it in around what the caller sent."""
    return {
        "id": id_,
        "iCalUId": f"{id_}@example.com",
        "subject": "",
        "bodyPreview": str((fields.get("body") or {}).get("content", ""))[:255],
        "body": {"contentType": "html", "content": ""},
        "categories": [],
        "attendees": [],
        "importance": "normal",
        "sensitivity": "normal",
        "showAs": "busy",
        "type": "singleInstance",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "hasAttachments": False,
        "location": {"displayName": ""},
        "organizer": recipient(EMAIL),
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "webLink": f"https://outlook.example.com/?itemid={id_}",
    } | fields


def message(id_: str, fields: JsonObject, moment: str) -> JsonObject:
    return {
        "id": id_,
        "createdDateTime": moment,
        "receivedDateTime": moment,
        "sentDateTime": moment,
        "subject": "",
        "bodyPreview": str((fields.get("body") or {}).get("content", ""))[:255],
        "body": {"contentType": "text", "content": ""},
        "importance": "normal",
        "isRead": True,
        "isDraft": False,
        "hasAttachments": False,
        "from": recipient(EMAIL),
        "sender": recipient(EMAIL),
        "toRecipients": [],
        "ccRecipients": [],
        "bccRecipients": [],
    } | fields


def _place(day: int, clock: str) -> Json:
    return {"dateTime": f"2026-02-{day:02}T{clock}.0000000", "timeZone": "UTC"}


def _event(number: int, subject: str) -> JsonObject:
    fields = {"subject": subject, "start": _place(number, "09:00:00"), "end": _place(number, "09:30:00")}
    return event(f"AAMkSEEDEVENT{number:04}=", fields)


def _message(number: int) -> JsonObject:
    sender = {"from": recipient("robin@example.com"), "sender": recipient("robin@example.com")}
    text = {"subject": f"Report {number}", "body": {"contentType": "text", "content": f"Report {number} is ready."}}
    fields = sender | text | {"isRead": False, "toRecipients": [recipient(EMAIL)]}
    return message(f"AAMkSEEDMESSAGE{number:04}=", fields, f"2026-02-{number:02}T08:00:00Z")


EVENTS = tuple(_event(number, subject) for number, subject in enumerate(("Planning", "Review", "Lunch"), 1))
MESSAGES = tuple(_message(number) for number in range(1, 4))
