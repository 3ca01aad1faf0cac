"""Endpoints that nobody wrote: a file with `openapi:` alone, in front of the vendors, over real sockets."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.end_to_end.world import World, world
from tests.simulators.gmail import SEED as LETTERS
from tests.simulators.twilio_seed import NUMBER

HERE = Path(__file__).parent / "documents"
GOOGLE = files("googleapiclient") / "discovery_cache" / "documents"
CONFIG = f"""
version: 1
integrations:
  twilio:
    base_url: ${{TWILIO_BASE_URL}}/2010-04-01/Accounts/${{TWILIO_ACCOUNT_SID}}
    credential: {{use: basic, username: "${{TWILIO_API_KEY}}", password: "${{TWILIO_API_SECRET}}"}}
    openapi: {{document: {HERE / "texts.yaml"}, operations: [CreateMessage, ListMessage, /**/Messages/*]}}
  vapi:
    base_url: ${{VAPI_BASE_URL}}
    credential: {{use: bearer, token: "${{VAPI_API_KEY}}"}}
    openapi: {{document: {HERE / "voices.json"}, operations: ["tag:Assistants", FileController_create]}}
    endpoints:
      assistant_controller_find_all: {{route: GET /assistants, query: {{limit: {{default: 1}}}}}}
  calendar:
    base_url: ${{GOOGLE_CALENDAR_BASE_URL}}
    credential: {{use: bearer, token: "${{GOOGLE_ACCESS_TOKEN}}"}}
    openapi: {{document: {GOOGLE / "calendar.v3.json"}, operations: [/calendars/*/events/**, calendar.freebusy.query]}}
  gmail:
    base_url: ${{GMAIL_BASE_URL}}
    credential: {{use: bearer, token: "${{GOOGLE_ACCESS_TOKEN}}"}}
    openapi: {{document: {GOOGLE / "gmail.v1.json"}, operations: ["tag:users.messages"]}}
"""


@pytest.fixture(scope="module", name="world")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    config = tmp_path_factory.mktemp("imports") / "integrations.yaml"
    config.write_text(CONFIG)
    with world(config=config) as found:
        yield found


@pytest.fixture(autouse=True)
def quiet(world: World) -> None:
    world.vendors.forget()


def test_a_form_is_sent_for_json_and_lists_repeat(world: World) -> None:
    media = ["https://a.example/1.png", "https://a.example/2.png"]
    sent = world.ask(
        "POST /twilio/Messages", json={"To": "+15005550006", "From": NUMBER, "Body": "hi", "MediaUrl": media}
    )
    (heard,) = world.vendors.twilio.received

    assert (sent.status_code, sent.json()["num_media"]) == (201, "2")
    assert heard.content_type == "application/x-www-form-urlencoded"
    assert heard.form["MediaUrl"] == media
    assert heard.path.endswith("/Messages.json")


def test_a_thing_is_read_and_deleted_beside_its_suffix(world: World) -> None:
    listed = world.ask("GET /twilio/Messages?PageSize=1").json()["messages"]
    sid = listed[0]["sid"]

    assert len(listed) == 1
    assert world.ask(f"GET /twilio/Messages/{sid}").json()["sid"] == sid
    assert world.ask(f"DELETE /twilio/Messages/{sid}").status_code == 204
    assert world.ask(f"GET /twilio/Messages/{sid}").status_code == 404


def test_what_the_document_does_not_allow_never_reaches_the_vendor(world: World) -> None:
    refused = [
        world.ask("POST /twilio/Messages", json={"Body": "to nobody"}),
        world.ask("GET /twilio/Messages?PageSize=0"),
        world.ask("GET /twilio/Messages/SM1"),
        world.ask("POST /vapi/assistant", json={"name": "n" * 41}),
        world.ask("POST /vapi/assistant", json={"name": "n", "model": {"fallback": {"fallback": 5}}}),
    ]

    assert [answer.status_code for answer in refused] == [400] * 5
    assert not any(simulator.received for simulator in world.vendors.all)


def test_json_goes_through_and_what_only_the_vendor_writes_is_not_asked_for(world: World) -> None:
    made = world.ask("POST /vapi/assistant", json={"name": "Imported", "model": {"provider": "openai", "fallback": {}}})
    changed = world.ask(f"PATCH /vapi/assistant/{made.json()['id']}", json={"name": "Renamed"})

    assert (made.status_code, changed.json()["name"]) == (201, "Renamed")


def test_what_the_file_lays_over_the_document_holds(world: World) -> None:
    assert len(world.ask("GET /vapi/assistants").json()) == 1
    assert len(world.ask("GET /vapi/assistants?limit=2").json()) == 2
    assert world.ask("GET /vapi/assistant").status_code == 405


def test_files_are_sent_in_parts(world: World) -> None:
    content = {"file": b64encode(b"line\r\n--line").decode(), "purpose": "assistant"}
    answer = world.ask("POST /vapi/file?labels=a|b&meta[page]=7", json=content)
    (heard,) = world.vendors.vapi.received

    assert answer.status_code == 404  # the simulator knows no files
    assert heard.content_type == "multipart/form-data"
    assert heard.body.count(b"Content-Disposition: form-data") == 2
    assert b'name="file"; filename="file.txt"\r\nContent-Type: text/plain\r\n\r\nline\r\n--line\r\n' in heard.body
    assert heard.parameters == [("labels", "a|b"), ("meta[page]", "7")]


def test_googles_discovery_document_is_enough_for_a_calendar(world: World) -> None:
    event = {
        "summary": "Imported",
        "start": {"dateTime": "2031-05-01T10:00:00Z"},
        "end": {"dateTime": "2031-05-01T11:00:00Z"},
    }
    made = world.ask("POST /calendar/calendars/primary/events?sendUpdates=none", json=event).json()
    one = f"/calendar/calendars/primary/events/{made['id']}"
    between = "timeMin=2031-05-01T00:00:00Z&timeMax=2031-05-02T00:00:00Z&singleEvents=true&orderBy=startTime"

    assert [item["id"] for item in world.ask(f"GET /calendar/calendars/primary/events?{between}").json()["items"]] == [
        made["id"]
    ]
    assert world.ask(f"PATCH {one}", json={"summary": "Moved"}).json()["summary"] == "Moved"
    assert world.ask(f"DELETE {one}").status_code == 204
    assert world.ask("GET /calendar/calendars/primary/events?orderBy=size").status_code == 400


def test_a_list_in_the_query_goes_from_the_caller_to_the_vendor(world: World) -> None:
    letter = next(iter(LETTERS))
    world.ask(f"GET /gmail/users/me/messages/{letter}?metadataHeaders=To&metadataHeaders=Subject&format=metadata")
    (heard,) = world.vendors.gmail.received

    assert [value for name, value in heard.parameters if name == "metadataHeaders"] == ["To", "Subject"]


def test_a_letter_is_sent_as_googles_document_says(world: World) -> None:
    raw = urlsafe_b64encode(b"To: robin@example.com\r\n\r\nHello").decode()

    assert world.ask("POST /gmail/users/me/messages/send", json={"raw": raw}).json()["labelIds"] == ["SENT"]


def test_the_gateways_own_document_is_valid_and_describes_them_all(world: World) -> None:
    document: dict[str, Any] = world.client.get("/openapi.json").json()
    OpenAPIV31SpecValidator(document).validate()
    told = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}

    assert {"twilio.create_message", "vapi.file_controller_create", "gmail.gmail_users_messages_send"} <= told
    assert "calendar.calendar_events_quick_add" in told
