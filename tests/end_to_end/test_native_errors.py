"""On a native mount an SDK finds its vendor's errors: the vendor's own as they are, the gateway's in the same shape."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.world import AMPLE, World, gateway_for, vendors
from tests.simulators import Answer, google, microsoft, twilio, vapi

ME = {
    "vapi": "/assistant",
    "twilio": "/2010-04-01/Accounts/ACx/Balance.json",
    "google-calendar": "/users/me/calendarList",
    "gmail": "/gmail/v1/users/me/profile",
    "microsoft": "/me",
}
OWN = [
    ("vapi", vapi.error(404, "Couldn't Get Assistant.")),
    ("vapi", vapi.error(400, ["name must be a string", "limit must be a number"])),
    ("twilio", twilio.error(20404, 404)),
    ("twilio", twilio.error(21211, 400)),
    (
        "google-calendar",
        google.error(403, "forbiddenForNonOrganizer", "Shared properties can only be changed by them."),
    ),
    ("google-calendar", google.error(410, "fullSyncRequired", "Sync token is no longer valid.")),
    ("gmail", google.error(400, "failedPrecondition", "Mail service not enabled")),
    ("microsoft", microsoft.error(404, "ErrorItemNotFound", "The specified object was not found in the store.")),
    ("microsoft", microsoft.error(403, "ErrorAccessDenied", "Access is denied.")),
]
KEYS: list[tuple[str, Answer]] = [
    ("vapi", vapi.error(401, "Invalid Key of the gateway")),
    ("twilio", twilio.error(20003, 401, "Invalid Key of the gateway")),
    ("google-calendar", google.error(401, "authError", "Invalid Key of the gateway")),
    ("gmail", google.error(401, "authError", "Invalid Key of the gateway")),
    ("microsoft", microsoft.error(401, "InvalidAuthenticationToken", "Invalid Key of the gateway")),
]


def _google(status: int, slug: str, detail: str) -> Any:
    details = [{"domain": "gateway", "reason": slug, "message": detail}]
    return {"error": {"code": status, "message": detail, "status": slug, "errors": details}}


def _shape(vendor: str, reply: Any, slug: str, title: str, detail: str, url: str) -> Any:
    status: int = reply.status_code
    correlation = reply.headers["x-correlation-id"]
    return {
        "vapi": {"message": detail, "error": title, "statusCode": status},
        "twilio": {
            "code": 20000 + status,
            "message": detail,
            "more_info": f"{url}/problems/{slug}",
            "status": status,
        },
        "google-calendar": _google(status, slug, detail),
        "gmail": _google(status, slug, detail),
        "microsoft": {"error": {"code": slug, "message": detail, "innerError": {"request-id": correlation}}},
    }[vendor]


@pytest.mark.parametrize(("vendor", "answer"), OWN)
def test_a_vendors_own_refusal_passes_as_it_is(world: World, vendor: str, answer: Answer) -> None:
    world.vendors.named(vendor).script.next(answer=answer)

    reply = world.client.get(f"/native/{vendor}{ME[vendor]}")

    assert (reply.status_code, reply.content) == (answer.status, answer.body)
    assert reply.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(("vendor", "answer"), KEYS)
def test_a_dead_credential_is_a_502_that_an_sdk_does_not_answer_with_a_refresh(
    world: World, vendor: str, answer: Answer
) -> None:
    world.vendors.named(vendor).script.next(answer=answer)

    reply = world.client.get(f"/native/{vendor}{ME[vendor]}")

    title = "The vendor does not accept the gateway's credential"
    assert reply.status_code == 502
    assert reply.json() == _shape(vendor, reply, "upstream-auth-failed", title, title, world.gateway.url)
    assert reply.headers["content-type"] == "application/json"
    assert "www-authenticate" not in reply.headers


def test_a_redirect_does_not_lead_an_sdk_past_the_gateway(world: World) -> None:
    world.vendors.vapi.script.next(status=307, headers={"Location": "https://elsewhere.example/assistant"})

    reply = world.client.get("/native/vapi/assistant")

    assert (reply.status_code, reply.json()["statusCode"]) == (502, 502)
    assert "location" not in reply.headers


@pytest.mark.parametrize(
    ("vendor", "answer"),
    [
        ("twilio", twilio.rate_limited()),
        ("vapi", vapi.rate_limited()),
        ("vapi", vapi.rate_limited(7)),
        ("microsoft", microsoft.error(429, "ApplicationThrottled", "Too many").with_headers({"Retry-After": "1"})),
    ],
)
def test_a_limit_always_says_when_to_come_again(world: World, vendor: str, answer: Answer) -> None:
    world.vendors.named(vendor).script.next(answer=answer, forever=True)
    path = "/sendMail" if vendor == "microsoft" else "/assistant" if vendor == "vapi" else "/Messages.json"
    base = "/me" if vendor == "microsoft" else "" if vendor == "vapi" else "/2010-04-01/Accounts/ACx"

    reply = world.client.post(f"/native/{vendor}{base}{path}", json={})

    assert (reply.status_code, reply.content) == (429, answer.body)
    given = [value for name, value in answer.headers if name == "Retry-After"]
    assert reply.headers["retry-after"] == (given or ["1"])[0]


@pytest.fixture(scope="module")
def resting() -> Iterator[World]:
    """Each vendor has failed five times in a row."""
    with vendors() as simulated, gateway_for(simulated, AMPLE) as found:
        for vendor, path in ME.items():
            simulated.named(vendor).script.next(status=500, body={}, forever=True)
            for _ in range(5):
                found.client.get(f"/native/{vendor}{path}")
        simulated.forget()
        yield found


@pytest.mark.parametrize("vendor", list(ME))
def test_an_open_circuit_looks_like_the_vendors_errors(resting: World, vendor: str) -> None:
    reply = resting.client.get(f"/native/{vendor}{ME[vendor]}")

    title = "This integration is resting after repeated failures"
    assert reply.status_code == 503
    said = reply.json()
    detail = _said(vendor, said)
    assert said == _shape(vendor, reply, "circuit-open", title, detail, resting.gateway.url)
    assert 20 <= int(reply.headers["retry-after"]) <= 30
    assert reply.headers["proxy-status"] == "gateway; error=destination_unavailable"
    assert resting.vendors.named(vendor).received == []


def _said(vendor: str, document: Any) -> str:
    text: str = (document if vendor in {"vapi", "twilio"} else document["error"])["message"]
    assert text
    return text


@pytest.mark.parametrize("vendor", list(ME))
def test_a_used_up_quota_looks_like_the_vendors_errors(modest: World, vendor: str) -> None:
    assert modest.client.get(f"/native/{vendor}{ME[vendor]}").status_code == 200

    reply = modest.client.get(f"/native/{vendor}{ME[vendor]}")

    title = "You have used up your quota for this integration"
    detail = "1 requests in 60 seconds are allowed"
    assert reply.status_code == 429
    assert reply.json() == _shape(vendor, reply, "quota-exceeded", title, detail, modest.gateway.url)
    assert int(reply.headers["retry-after"]) > 50
    assert reply.headers["ratelimit"].startswith('"default";r=0;t=')


@pytest.fixture(scope="module")
def modest() -> Iterator[World]:
    with vendors() as simulated, gateway_for(simulated, {"RATE_LIMIT_PER_MINUTE": "1"}) as found:
        yield found
