"""A call of each endpoint of Google Calendar, Gmail and Microsoft Graph."""

from collections.abc import Mapping

from tests.end_to_end.case import Case
from tests.simulators import google, microsoft
from tests.simulators.cases import FEBRUARY, MAIL, PLACE, SPAN, WORKDAY, letter

PRIMARY = "/calendar/v3/calendars/primary/events"
EVENT = microsoft.EVENT_ID.replace("=", "%3D")
LAST_EVENT = "AAMkSEEDEVENT0003%3D"
OWN_ID = "7k2m9q4tbread"

CALENDAR: Mapping[str, Case] = {
    "google-calendar.list_calendars": Case(
        ask="GET /google-calendar/calendars?min_access_role=reader&show_hidden=true",
        heard="GET /calendar/v3/users/me/calendarList",
        query=(("maxResults", "100"), ("minAccessRole", "reader"), ("showHidden", "true")),
        shows={"items[0].id": google.EMAIL},
    ),
    "google-calendar.list_events": Case(
        ask="GET /google-calendar/events?time_min=2026-02-02T00:00:00Z&single_events=true&order_by=startTime"
        "&time_zone=Europe/Berlin",
        heard=f"GET {PRIMARY}",
        query=(
            ("timeMin", "2026-02-02T00:00:00Z"),
            ("singleEvents", "true"),
            ("orderBy", "startTime"),
            ("timeZone", "Europe/Berlin"),
            ("maxResults", "250"),
        ),
        shows={"items[0].summary": "Review"},
    ),
    "google-calendar.get_event": Case(
        ask=f"GET /google-calendar/events/{google.EVENT_ID}",
        heard=f"GET {PRIMARY}/{google.EVENT_ID}",
        shows={"id": google.EVENT_ID, "summary": "Planning"},
    ),
    "google-calendar.create_event": Case(
        ask="POST /google-calendar/events?send_updates=none",
        body={"id": OWN_ID, "summary": "Bread tasting", **SPAN},
        heard=f"POST {PRIMARY}",
        query=(("sendUpdates", "none"),),
        shows={"id": OWN_ID, "status": "confirmed"},
    ),
    "google-calendar.patch_event": Case(
        ask="PATCH /google-calendar/events/seed0event2?send_updates=all",
        body={"location": "Bakery"},
        heard=f"PATCH {PRIMARY}/seed0event2",
        query=(("sendUpdates", "all"),),
        shows={"location": "Bakery", "summary": "Review"},
    ),
    "google-calendar.delete_event": Case(
        ask="DELETE /google-calendar/events/seed0event3", heard=f"DELETE {PRIMARY}/seed0event3", status=204
    ),
    "google-calendar.query_free_busy": Case(
        ask="POST /google-calendar/free-busy",
        body={**FEBRUARY, "items": [{"id": "primary"}]},
        heard="POST /calendar/v3/freeBusy",
        shows={"calendars.primary.busy[0].start": "2026-02-01T09:00:00Z"},
    ),
}
GMAIL: Mapping[str, Case] = {
    "gmail.send_message": Case(
        ask="POST /gmail/messages",
        body=letter(b"To: robin@example.com\r\nSubject: Bread\r\n\r\nIt is ready."),
        heard="POST /gmail/v1/users/me/messages/send",
        shows={"labelIds": ["SENT"]},
    ),
    "gmail.get_profile": Case(
        ask="GET /gmail/profile", heard="GET /gmail/v1/users/me/profile", shows={"emailAddress": google.EMAIL}
    ),
}
MICROSOFT: Mapping[str, Case] = {
    "microsoft.get_me": Case(
        ask="GET /microsoft/me", heard="GET /v1.0/me", shows={"userPrincipalName": microsoft.EMAIL}
    ),
    "microsoft.list_events": Case(
        ask="GET /microsoft/events?top=3&select=subject,start&order_by=start/dateTime%20desc"
        "&filter=start/dateTime%20ge%20'2026-01-01T00:00'",
        heard="GET /v1.0/me/events",
        query=(
            ("$top", "3"),
            ("$select", "subject,start"),
            ("$orderby", "start/dateTime desc"),
            ("$filter", "start/dateTime ge '2026-01-01T00:00'"),
        ),
        shows={"value[0].subject": "Planning", "value[0].webLink": None},
    ),
    "microsoft.get_event": Case(
        ask=f"GET /microsoft/events/{EVENT}", heard=f"GET /v1.0/me/events/{EVENT}", shows={"subject": "Planning"}
    ),
    "microsoft.create_event": Case(
        ask="POST /microsoft/events",
        body={"subject": "Bread tasting", "transactionId": "t-1", **PLACE},
        heard="POST /v1.0/me/events",
        status=201,
        shows={"subject": "Bread tasting", "transactionId": "t-1"},
    ),
    "microsoft.patch_event": Case(
        ask=f"PATCH /microsoft/events/{EVENT}",
        body={"location": {"displayName": "Bakery"}},
        heard=f"PATCH /v1.0/me/events/{EVENT}",
        shows={"location.displayName": "Bakery"},
    ),
    "microsoft.delete_event": Case(
        ask=f"DELETE /microsoft/events/{LAST_EVENT}", heard=f"DELETE /v1.0/me/events/{LAST_EVENT}", status=204
    ),
    "microsoft.list_calendar_view": Case(
        ask="GET /microsoft/calendar-view?start_date_time=2026-02-01T00:00:00Z"
        "&end_date_time=2026-02-02T00:00:00%2B01:00",
        heard="GET /v1.0/me/calendarView",
        query=(
            ("startDateTime", "2026-02-01T00:00:00Z"),
            ("endDateTime", "2026-02-02T00:00:00+01:00"),
            ("$top", "50"),
        ),
        shows={"length(value)": 1},
    ),
    "microsoft.get_schedule": Case(
        ask="POST /microsoft/schedule",
        body={**WORKDAY, "schedules": [microsoft.EMAIL, "x@example.com"]},
        heard="POST /v1.0/me/calendar/getSchedule",
        shows={"value[0].availabilityView": "20", "value[1].error.responseCode": "ErrorMailRecipientNotFound"},
    ),
    "microsoft.list_messages": Case(
        ask="GET /microsoft/messages?filter=isRead%20eq%20false&select=subject,from",
        heard="GET /v1.0/me/messages",
        query=(("$filter", "isRead eq false"), ("$select", "subject,from"), ("$top", "10")),
        shows={"value[0].subject": "Report 3"},
    ),
    "microsoft.send_mail": Case(
        ask="POST /microsoft/mail",
        body={"message": {**MAIL, "subject": "Bread", "body": {"contentType": "text", "content": "It is ready."}}},
        heard="POST /v1.0/me/sendMail",
        status=202,
    ),
}
