"""Each error rule of the shipped file: the vendor's error goes in, the caller's problem comes out."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.end_to_end.calls_voice import SENDER
from tests.end_to_end.refusals import AUTH, FAILED, LIMITED, REFUSALS, WORDS, Refusal
from tests.end_to_end.test_endpoints import CASES
from tests.end_to_end.world import World
from tests.running import SHIPPED

SEND = "POST /twilio/messages"
OF_A_CLASS = {"auth_failed": AUTH, "rate_limited": LIMITED, "transient": FAILED}
TITLES = {
    AUTH: "The vendor does not accept the gateway's credential",
    LIMITED: "The vendor limits how often it may be asked",
    FAILED: "The vendor failed to answer",
    "upstream-rejected": "The vendor rejected the request",
}
CHECKS = {"vapi": "get_settings", "twilio": "list_messages", "google-calendar": "list_events"}
CHECKS |= {"gmail": "get_profile", "microsoft": "get_me"}


def _rules() -> Iterator[tuple[str, Any]]:
    """Each rule with its scope: an integration or an endpoint."""
    for name, integration in yaml.safe_load(SHIPPED.read_text())["integrations"].items():
        yield from ((name, rule) for rule in integration.get("errors", ()))
        for key, endpoint in integration["endpoints"].items():
            yield from ((f"{name}.{key}", rule) for rule in endpoint.get("errors", ()))


RULES = {(scope, rule.get("slug") or OF_A_CLASS[rule["as"]]): rule for scope, rule in _rules()}


def test_every_rule_of_the_file_has_a_case() -> None:
    assert {(refusal.scope, refusal.slug) for refusal in REFUSALS if refusal.scope} == set(RULES)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_a_vendors_refusal_is_told_in_our_words(world: World, refusal: Refusal) -> None:
    name = refusal.endpoint.partition(".")[0]
    vendor, case = world.vendors.named(name), CASES[refusal.endpoint]
    vendor.script.next(answer=refusal.answer, forever=True)

    reply = world.ask(case.ask, json=case.body)

    rule = RULES.get((refusal.scope or "", refusal.slug), {})
    problem = reply.json()
    assert reply.status_code == refusal.status
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"{world.gateway.url}/problems/{refusal.slug}"
    assert (problem["status"], problem["title"]) == (refusal.status, rule.get("title") or TITLES[refusal.slug])
    assert problem["detail"] == rule.get("detail", problem["title"])
    assert (problem["integration"], problem["endpoint"]) == (name, refusal.endpoint)
    assert problem["correlation_id"] == reply.headers["x-correlation-id"]
    assert problem["attempts"] == len(vendor.received)
    assert reply.headers["proxy-status"] == f"gateway; received-status={refusal.answer.status}"
    assert WORDS not in reply.text
    assert not {"www-authenticate", "request-id", "client-request-id"} & set(reply.headers)
    if refusal.status in {429, 503}:
        assert int(reply.headers["retry-after"]) >= 1
    _is_well_again(world, name)


def _is_well_again(world: World, name: str) -> None:
    """Before the failures of many cases add up to an open circuit."""
    world.vendors.forget()
    assert world.ask(CASES[f"{name}.{CHECKS[name]}"].ask).status_code == 200


@pytest.mark.parametrize(
    ("ask", "name"), [("GET /google-calendar/calendars", "google-calendar"), ("GET /gmail/profile", "gmail")]
)
def test_a_403_with_a_rate_reason_is_tried_again(world: World, ask: str, name: str) -> None:
    refusal = next(r for r in REFUSALS if r.endpoint.startswith(name) and r.slug == LIMITED)
    vendor = world.vendors.named(name)
    vendor.script.next(answer=refusal.answer)

    assert world.ask(ask).status_code == 200
    assert len(vendor.received) == 2


@pytest.mark.parametrize("refusal", [r for r in REFUSALS if r.slug == AUTH], ids=lambda refusal: refusal.name)
def test_a_dead_credential_is_not_tried_again(world: World, refusal: Refusal) -> None:
    vendor = world.vendors.named(refusal.endpoint.partition(".")[0])
    vendor.script.next(answer=refusal.answer, forever=True)

    reply = world.ask(CASES[refusal.endpoint].ask)

    assert (reply.status_code, reply.json()["retryable"], len(vendor.received)) == (502, False, 1)


@pytest.mark.parametrize(
    ("ask", "body", "status", "slug"),
    [
        (SEND, {"to": "+15005550001", "from": SENDER, "body": "x"}, 422, "invalid-phone-number"),
        (SEND, {"to": "+15005550009", "from": SENDER, "body": "x"}, 422, "not-a-mobile-number"),
        (SEND, {"to": "+15005550004", "from": SENDER, "body": "x"}, 422, "recipient-opted-out"),
        (SEND, {"to": "+15005550120", "from": "+15005550007", "body": "x"}, 422, "sender-cannot-text"),
        (SEND, {"to": "+15005550120", "body": "x"}, 422, "sender-missing"),
        ("GET /twilio/messages/SM" + "f" * 32, None, 404, "twilio-item-not-found"),
        ("GET /google-calendar/events/unknown0", None, 404, "event-not-found"),
        ("GET /google-calendar/events?sync_token=stale", None, 410, "full-sync-required"),
        ("POST /gmail/messages", {"raw": "VG8gbm9ib2R5"}, 422, "invalid-mail"),
        ("GET /microsoft/events/nothing", None, 404, "event-not-found"),
        ("DELETE /vapi/assistants/7d1f6c1e-0000-4000-8000-0000000000a1", None, 409, "assistant-in-use"),
    ],
)
def test_what_the_vendors_refuse_by_themselves_is_known(
    world: World, ask: str, body: Any, status: int, slug: str
) -> None:
    reply = world.ask(ask, json=body)

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (status, slug)


@pytest.mark.parametrize(
    ("ask", "body", "place"),
    [
        ("GET /vapi/assistants?limit=0", None, {"in": "query", "name": "limit"}),
        ("GET /vapi/assistants?limits=1", None, {"in": "query", "name": "limits"}),
        ("GET /vapi/assistants/not-a-uuid", None, {"in": "path", "name": "id"}),
        ("GET /microsoft/calendar-view", None, {"in": "query", "name": "start_date_time"}),
        (SEND, {"to": "0123", "body": "x"}, {"in": "body", "pointer": "/to"}),
        (SEND, {"to": "+15005550006"}, {"in": "body"}),
        (SEND, {"to": "+15005550006", "body": "x", "hm": 1}, {"in": "body"}),
    ],
)
def test_what_breaks_the_schema_never_reaches_a_vendor(
    world: World, ask: str, body: Any, place: dict[str, str]
) -> None:
    reply = world.ask(ask, json=body)

    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (400, "invalid-request")
    first = reply.json()["errors"][0]
    assert {key: first.get(key) for key in place} == place
    assert not any(vendor.received for vendor in world.vendors.all)
