"""What is sent twice, counted where it counts: at the vendor."""

import time

import pytest

from tests.end_to_end.calls_voice import SENDER
from tests.end_to_end.world import World, seconds_since
from tests.simulators import microsoft, twilio, vapi
from tests.simulators.cases import CALL, MAIL, PLACE, letter

SMS = {"to": "+15005550120", "from": SENDER, "body": "Hello"}
LETTER = letter(b"To: robin@example.com\r\n\r\nHi")
NOTE = {"message": {**MAIL, "body": {"contentType": "text", "content": "Hi"}}}
EVENT = {"subject": "One", **PLACE}


@pytest.mark.parametrize(
    ("ask", "vendor"),
    [
        ("GET /vapi/assistants", "vapi"),
        ("GET /twilio/balance", "twilio"),
        ("GET /google-calendar/calendars", "google-calendar"),
        ("GET /gmail/profile", "gmail"),
        ("GET /microsoft/me", "microsoft"),
        (f"DELETE /vapi/assistants/{vapi.OTHER_ASSISTANT_ID}", "vapi"),
    ],
)
def test_what_is_safe_is_tried_again_on_a_503(world: World, ask: str, vendor: str) -> None:
    simulator = world.vendors.named(vendor)
    simulator.script.next(status=503, body={})

    assert world.ask(ask).status_code == 200
    assert len(simulator.received) == 2


@pytest.mark.parametrize("reset", ["before", "after", "midway"])
def test_a_read_that_was_cut_is_tried_again(world: World, reset: str) -> None:
    world.vendors.vapi.script.next("GET /call", reset=reset)  # type: ignore[arg-type]

    assert world.ask("GET /vapi/calls").status_code == 200
    assert len(world.vendors.vapi.received) == 2


def test_a_change_that_is_declared_idempotent_is_tried_again(world: World) -> None:
    world.vendors.vapi.script.next(reset="after")

    assert world.ask("PATCH /vapi/settings", json={"firstMessage": "Hi"}).status_code == 200
    assert len(world.vendors.vapi.received) == 2


def test_a_question_by_post_is_tried_again(world: World) -> None:
    world.vendors.calendar.script.next(status=502, body={})
    asked = {"timeMin": "2026-02-01T00:00:00Z", "timeMax": "2026-03-01T00:00:00Z", "items": [{"id": "primary"}]}

    assert world.ask("POST /google-calendar/free-busy", json=asked).status_code == 200
    assert len(world.vendors.calendar.received) == 2


@pytest.mark.parametrize(
    ("ask", "body", "vendor"),
    [
        ("POST /twilio/messages", SMS, "twilio"),
        ("POST /twilio/calls", {"to": "+15005550120", "from": SENDER, "url": "https://example.com/"}, "twilio"),
        ("POST /vapi/calls", CALL, "vapi"),
        ("POST /vapi/assistants", {"name": "Desk"}, "vapi"),
        ("POST /gmail/messages", LETTER, "gmail"),
        ("POST /microsoft/mail", NOTE, "microsoft"),
        ("POST /microsoft/events", EVENT, "microsoft"),
    ],
)
@pytest.mark.parametrize("how", ["reset after accept", "503", "504"])
def test_a_write_with_an_unknown_outcome_is_never_sent_twice(
    world: World, ask: str, body: object, vendor: str, how: str
) -> None:
    simulator = world.vendors.named(vendor)
    if how.isdecimal():
        simulator.script.next(status=int(how), body={})
    else:
        simulator.script.next(reset="after")

    reply = world.ask(ask, json=body)

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (502, "upstream-error")
    assert len(simulator.received) == 1
    _close_the_circuit(world, vendor)


def _close_the_circuit(world: World, vendor: str) -> None:
    """A success, so that the failures of many cases are not five in a row."""
    asks = {"vapi": "/vapi/settings", "twilio": "/twilio/balance", "gmail": "/gmail/profile"}
    assert world.ask(f"GET {asks.get(vendor, '/microsoft/me')}").status_code == 200


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        ("POST /twilio/messages", SMS),
        ("POST /twilio/calls", {"to": "+15005550120", "from": SENDER, "url": "https://example.com/"}),
    ],
)
def test_a_write_that_was_refused_with_429_is_sent_again(world: World, ask: str, body: object) -> None:
    world.vendors.twilio.script.next(answer=twilio.rate_limited())

    assert world.ask(ask, json=body).status_code == 201
    assert len(world.vendors.twilio.received) == 2


@pytest.mark.parametrize(
    ("ask", "body", "vendor"),
    [
        ("POST /vapi/calls", CALL, "vapi"),
        ("POST /vapi/assistants", {"name": "Desk"}, "vapi"),
        ("POST /microsoft/mail", NOTE, "microsoft"),
    ],
)
def test_what_is_never_repeated_is_not_repeated_after_a_429_either(
    world: World, ask: str, body: object, vendor: str
) -> None:
    simulator = world.vendors.named(vendor)
    simulator.script.next(status=429, body={}, headers={"Retry-After": "0.05"})

    reply = world.ask(ask, json=body)

    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    assert len(simulator.received) == 1


def test_a_vendors_retry_after_is_obeyed(world: World) -> None:
    world.vendors.microsoft.script.next(answer=microsoft.throttled(1))
    started = time.monotonic()

    assert world.ask("GET /microsoft/me").status_code == 200
    first, second = world.vendors.microsoft.received
    assert second.time - first.time >= 1
    assert seconds_since(started) < 5


def test_a_retry_after_that_is_too_long_is_told_to_the_caller_at_once(world: World) -> None:
    world.vendors.vapi.script.next(answer=vapi.rate_limited(120))
    started = time.monotonic()

    reply = world.ask("GET /vapi/calls")

    assert (reply.status_code, reply.headers["retry-after"]) == (429, "120")
    assert reply.json()["retryable"] is True
    assert len(world.vendors.vapi.received) == 1
    assert seconds_since(started) < 2


def test_three_attempts_are_all_that_a_dead_vendor_gets(world: World) -> None:
    world.vendors.gmail.script.next(status=502, body="<html>Bad gateway of the vendor</html>", forever=True)

    reply = world.ask("GET /gmail/profile")

    assert (reply.status_code, reply.json()["attempts"], len(world.vendors.gmail.received)) == (502, 3, 3)
    assert "html" not in reply.text
