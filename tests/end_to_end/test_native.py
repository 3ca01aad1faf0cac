"""The vendors' own paths, for their own SDKs: what they ask passes, and so does what they are answered."""

import json

import pytest

from tests.end_to_end.test_endpoints import CREDENTIALS, CURIOUS, TO_THE_VENDOR
from tests.end_to_end.world import World
from tests.simulators import google, microsoft, vapi
from tests.simulators.cases import CALL, FEBRUARY, MAIL, PLACE, ROOT, SMS, SPAN, letter

OTHERS = "/2010-04-01/Accounts/ACsomebodyelse"
GRAPH_EVENT = "/me/events/" + microsoft.EVENT_ID.replace("=", "%3D")
CASES = [
    ("vapi", "GET", "/assistant?limit=2", None, 200, "/assistant?limit=2"),
    ("vapi", "GET", f"/assistant/{vapi.ASSISTANT_ID}", None, 200, f"/assistant/{vapi.ASSISTANT_ID}"),
    ("vapi", "POST", "/assistant", {"name": "Desk", "compliancePlan": {}}, 201, "/assistant"),
    ("vapi", "POST", "/call", CALL, 201, "/call"),
    ("vapi", "DELETE", f"/assistant/{vapi.OTHER_ASSISTANT_ID}", None, 200, f"/assistant/{vapi.OTHER_ASSISTANT_ID}"),
    ("twilio", "GET", f"{OTHERS}/Messages.json?PageSize=1", None, 200, f"{ROOT}/Messages.json?PageSize=1"),
    ("twilio", "GET", f"{OTHERS}/Messages/SM{1:032}.json", None, 200, f"{ROOT}/Messages/SM{1:032}.json"),
    ("twilio", "POST", f"{OTHERS}/Messages.json", SMS, 201, f"{ROOT}/Messages.json"),
    ("twilio", "GET", f"{ROOT}/Balance.json", None, 200, f"{ROOT}/Balance.json"),
    ("google-calendar", "GET", "/users/me/calendarList?alt=json", None, 200,
     "/calendar/v3/users/me/calendarList?alt=json"),
    ("google-calendar", "GET", "/calendar/v3/users/me/calendarList", None, 200, "/calendar/v3/users/me/calendarList"),
    ("google-calendar", "POST", "/calendar/v3/calendars/primary/events?alt=json", SPAN, 200,
     "/calendar/v3/calendars/primary/events?alt=json"),
    ("google-calendar", "GET", f"/calendars/alex%40example.com/events/{google.EVENT_ID}", None, 200,
     f"/calendar/v3/calendars/alex%40example.com/events/{google.EVENT_ID}"),
    ("google-calendar", "POST", "/freeBusy", {**FEBRUARY, "items": []}, 200, "/calendar/v3/freeBusy"),
    ("gmail", "GET", "/gmail/v1/users/me/profile?alt=json", None, 200, "/gmail/v1/users/me/profile?alt=json"),
    ("gmail", "POST", "/gmail/v1/users/me/messages/send", letter(b"To: a@b.c\r\n\r\nHi"), 200,
     "/gmail/v1/users/me/messages/send"),
    ("microsoft", "GET", "/me", None, 200, "/v1.0/me"),
    ("microsoft", "GET", "/me/events?%24top=1&$select=subject", None, 200, "/v1.0/me/events?%24top=1&$select=subject"),
    ("microsoft", "POST", "/me/events", {"subject": "One", **PLACE}, 201, "/v1.0/me/events"),
    ("microsoft", "GET", GRAPH_EVENT, None, 200, f"/v1.0{GRAPH_EVENT}"),
    ("microsoft", "POST", "/me/sendMail", {"Message": MAIL}, 202, "/v1.0/me/sendMail"),
]  # fmt: skip


@pytest.mark.parametrize(("vendor", "method", "path", "body", "status", "heard"), CASES)
def test_an_sdk_gets_through(
    world: World, vendor: str, method: str, path: str, body: object, status: int, heard: str
) -> None:
    words = {"data": body} if vendor == "twilio" else {"json": body}
    reply = world.client.request(method, f"/native/{vendor}{path}", headers=CURIOUS, **words)  # type: ignore[arg-type]

    assert reply.status_code == status, reply.text
    (request,) = world.vendors.named(vendor).received
    assert (request.method, request.target) == (method, heard)
    assert request.header("authorization") == CREDENTIALS[vendor]
    assert (request.header("user-agent"), request.header("accept-encoding")) == ("integration-gateway", "gzip")
    assert {name.lower() for name, _ in request.headers} <= TO_THE_VENDOR
    if vendor == "twilio" and body:
        assert request.form == {name: [value] for name, value in SMS.items()}
    elif body:
        assert request.json() == body
    assert reply.headers["x-correlation-id"] == "the-callers-own-id"


def test_answers_cross_byte_for_byte(world: World) -> None:
    raw = b'{ "value" : [1.0, 1e3],\n "name": "\\u00fc", "\xc3\xa9": null }'
    headers = {"Content-Type": "application/json; odata.metadata=minimal", "ETag": 'W/"abc"', "X-Inner": "1"}
    world.vendors.microsoft.script.next(status=200, body=raw, headers=headers)

    reply = world.client.get("/native/microsoft/me")

    assert reply.content == raw
    assert reply.headers["content-type"] == "application/json; odata.metadata=minimal"
    assert reply.headers["etag"].startswith('W/"abc')
    assert "x-inner" not in reply.headers
    assert reply.headers["ratelimit-policy"] == '"default";q=100000;w=60'


def test_a_conditional_request_is_the_vendors_to_answer(world: World) -> None:
    path = f"/native/google-calendar/calendars/primary/events/{google.EVENT_ID}"
    tag = world.client.get(path).headers["etag"]

    assert world.client.get(path, headers={"if-none-match": tag}).status_code == 304
    assert world.client.patch(path, json={"location": "x"}, headers={"if-match": '"old"'}).status_code == 412
    assert [request.header("if-none-match") for request in world.vendors.calendar.received] == [None, tag, None]


def test_an_encoded_slash_stays_one_segment(world: World) -> None:
    reply = world.client.get("/native/microsoft/me/events/AAMk%2Fab%2Bc%3D%3D")

    assert reply.status_code == 404
    assert [request.path for request in world.vendors.microsoft.received] == ["/v1.0/me/events/AAMk%2Fab%2Bc%3D%3D"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("GET /native/vapi/assistants", 404),
        ("GET /native/vapi/assistant/a/b", 404),
        ("GET /native/vapi/assistant/..", 404),
        ("GET /native/vapi/org", 404),
        ("GET /native/twilio/2010-04-01/Accounts/AC1.json", 404),
        ("GET /native/gmail/gmail/v1/users/robin/profile", 404),
        ("DELETE /native/vapi/assistant", 405),
        ("PUT /native/vapi/assistant/x", 405),
        ("POST /native/microsoft/me", 405),
        ("DELETE /native/vapi/phone-number/x", 405),
    ],
)
def test_what_is_not_allowed_is_not_there(world: World, path: str, status: int) -> None:
    method, _, target = path.partition(" ")

    reply = world.client.request(method, target)

    assert reply.status_code == status
    if status == 405:
        assert method not in reply.headers["allow"]
    assert not any(vendor.received for vendor in world.vendors.all)


def test_a_path_cannot_climb_out_of_what_is_allowed(world: World) -> None:
    for path in ("/assistant/%2e%2e", "/assistant/%2E%2e%2Fcall", "/assistant/x%00", "/assistant/x%5c..%5c"):
        assert world.client.get(f"/native/vapi{path}").status_code in {400, 404}, path
    assert world.vendors.vapi.received == []


def test_a_native_write_drops_what_is_cached_of_its_vendor_alone(world: World) -> None:
    asked = ("/vapi/phone-numbers", "/vapi/settings", "/twilio/balance")
    for path in asked:
        world.look(path)
    renamed = world.client.patch(f"/native/vapi/phone-number/{vapi.PHONE_NUMBER_ID}", json={"name": "By SDK"})
    assert renamed.status_code == 200

    again = {path: world.look(path) for path in asked}

    assert again["/vapi/phone-numbers"].json()[0]["name"] == "By SDK"
    hits = [path for path, reply in again.items() if "hit" in reply.headers["cache-status"]]
    assert hits == ["/twilio/balance"]


def test_a_native_read_is_neither_kept_nor_answered_from_what_is_kept(world: World) -> None:
    for _ in range(2):
        assert "cache-status" not in world.cached.get("/native/vapi/phone-number").headers
    assert len(world.vendors.vapi.received) == 2


def test_the_mounts_are_told_in_the_document(world: World) -> None:
    document = world.client.get("/openapi.json").json()

    assert [mount["mount"] for mount in document["x-native-mounts"]] == [
        f"/native/{vendor}" for vendor in ("vapi", "twilio", "google-calendar", "gmail", "microsoft")
    ]
    assert "/native" not in json.dumps(document["paths"])
