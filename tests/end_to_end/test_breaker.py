"""A vendor that keeps failing is left alone, by name, and nobody else suffers."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.world import VENDORS, Vendors, World, gateway_for, vendors
from tests.simulators import microsoft

FAILURES = 5
WELL = {
    "vapi": "/vapi/assistants",
    "twilio": "/twilio/balance",
    "google-calendar": "/google-calendar/calendars",
    "gmail": "/gmail/profile",
    "microsoft": "/microsoft/me",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    """The default quota of 60 a minute is more than enough here."""
    with vendors() as simulated, gateway_for(simulated, {}) as found:
        yield found


def test_five_failures_open_a_circuit_and_only_that_one(world: World) -> None:
    vapi = world.vendors.vapi
    vapi.script.next(status=500, body={"message": "down"}, forever=True)
    for _ in range(FAILURES):
        assert world.ask("POST /vapi/assistants", json={"name": "Desk"}).status_code == 502

    reply = world.ask("GET /vapi/assistants")

    assert len(vapi.received) == FAILURES
    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (503, "circuit-open")
    assert 25 <= int(reply.headers["retry-after"]) <= 30
    assert reply.headers["proxy-status"] == "gateway; error=destination_unavailable"
    assert (reply.json()["attempts"], reply.json()["retryable"]) == (0, True)
    for name in VENDORS[1:]:
        assert world.ask(f"GET {WELL[name]}").status_code == 200
    health = world.health()
    assert health["status"] == "degraded"
    assert {name: state["breaker"] for name, state in health["integrations"].items()} == {
        name: "opened" if name == "vapi" else "closed" for name in VENDORS
    }
    assert world.client.get("/readyz").status_code == 200


def test_a_vendors_503_with_retry_after_opens_the_circuit_for_so_long(world: World) -> None:
    world.vendors.microsoft.script.next(answer=microsoft.throttled(2, 503), forever=True)

    first = world.ask("POST /microsoft/mail", json=_mail())
    resting = world.ask("GET /microsoft/me")

    assert first.status_code == 502
    assert (resting.status_code, resting.json()["type"].rpartition("/")[2]) == (503, "circuit-open")
    assert int(resting.headers["retry-after"]) <= 2
    assert len(world.vendors.microsoft.received) == 1


def test_callers_mistakes_and_limits_never_open_a_circuit(world: World) -> None:
    twilio = world.vendors.twilio
    for status in (400, 404, 429, 401, 403, 409, 422) * 2:
        twilio.script.next(status=status, body={})
        world.ask("POST /twilio/messages", json={"to": "+15005550120", "from": "+15005550006", "body": "x"})

    assert world.ask("GET /twilio/balance").status_code == 200
    assert world.health()["integrations"]["twilio"]["breaker"] == "closed"


def test_connections_that_are_cut_count_too(world: World) -> None:
    gmail = world.vendors.gmail
    gmail.script.next(reset="before", forever=True)
    for _ in range(FAILURES):
        world.ask("POST /gmail/messages", json={"raw": "VG86IGFAYi5jDQoNCkhp"})

    assert world.ask("GET /gmail/profile").json()["type"].endswith("/circuit-open")
    assert len(gmail.received) == FAILURES


def test_with_the_breaker_switched_off_a_failing_vendor_is_asked_every_time(simulated: Vendors) -> None:
    with gateway_for(simulated, {"CIRCUIT_BREAKER_ENABLED": "false"}) as world:
        simulated.vapi.script.next(status=500, body={}, forever=True)
        for _ in range(FAILURES + 2):
            assert world.ask("POST /vapi/assistants", json={"name": "Desk"}).status_code == 502

        assert len(simulated.vapi.received) == FAILURES + 2
        assert world.health()["status"] == "ok"


@pytest.fixture
def simulated() -> Iterator[Vendors]:
    with vendors() as found:
        yield found


def _mail() -> object:
    recipient = {"emailAddress": {"address": "robin@example.com"}}
    content = {"contentType": "text", "content": "Hi"}
    return {"message": {"subject": "Hi", "body": content, "toRecipients": [recipient]}}
