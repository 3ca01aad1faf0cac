"""Nobody waits longer than `total`, whatever hangs; shortened here, so that no test has to wait for twenty seconds."""

import time
from collections.abc import Iterator

import pytest

from tests.end_to_end.calls_voice import SENDER
from tests.end_to_end.edited import edited
from tests.end_to_end.world import AMPLE, World, gateway_for, seconds_since, vendors
from tests.running import free_port

LONG = "timeout: {connect: 2s, attempt: 10s, total: 20s}"
SHORT = "timeout: {connect: 200ms, attempt: 300ms, total: 800ms}"
GENEROUS = 5
"""A busy machine is no failure: what is promised is the count and that it ends."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    patient = ("breaker: {failures: 5", "breaker: {failures: 50")
    config = edited(tmp_path_factory.mktemp("short"), (LONG, SHORT), patient)
    nobody = {"TWILIO_BASE_URL": f"http://127.0.0.1:{free_port()}"}
    with vendors() as simulated, gateway_for(simulated, {**AMPLE, **nobody}, config=config) as found:
        yield found


@pytest.mark.parametrize("hangs", ["head", "body"])
def test_all_attempts_together_end_with_the_total(world: World, hangs: str) -> None:
    vapi = world.vendors.vapi
    wait = {"delay": 30.0} if hangs == "head" else {"stall": 30.0}
    vapi.script.next("GET /assistant", forever=True, **wait)  # type: ignore[arg-type]
    started = time.monotonic()

    reply = world.ask("GET /vapi/assistants")

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (504, "upstream-timeout")
    assert 2 <= len(vapi.received) <= 3
    assert 0.5 < seconds_since(started) < 0.8 + GENEROUS


def test_an_unsafe_write_that_hangs_is_sent_once(world: World) -> None:
    gmail = world.vendors.gmail
    gmail.script.next(delay=30.0, forever=True)

    reply = world.ask("POST /gmail/messages", json={"raw": "VG86IGFAYi5jDQoNCkhp"})

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (504, "upstream-timeout")
    assert len(gmail.received) == 1


def test_a_retry_after_beyond_the_deadline_is_not_waited_for(world: World) -> None:
    world.vendors.vapi.script.next(status=429, body={}, headers={"Retry-After": "3"})
    started = time.monotonic()

    reply = world.ask("GET /vapi/calls")

    assert (reply.status_code, reply.headers["retry-after"], len(world.vendors.vapi.received)) == (429, "3", 1)
    assert seconds_since(started) < 3


@pytest.mark.parametrize("ask", ["GET /twilio/balance", "POST /twilio/messages"])
def test_a_vendor_that_is_not_there_is_unreachable_and_tried_again_even_for_writes(world: World, ask: str) -> None:
    body = {"to": "+15005550120", "from": SENDER, "body": "Hello"} if ask.startswith("POST") else None

    reply = world.ask(ask, json=body)

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (502, "upstream-unreachable")
    assert reply.headers["proxy-status"] == "gateway; error=connection_refused"
    assert reply.json()["attempts"] >= 2
