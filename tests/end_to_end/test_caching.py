"""What is answered without asking the vendor, counted at the vendor."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.end_to_end.edited import edited
from tests.end_to_end.world import AMPLE, World
from tests.end_to_end.world import world as world_of
from tests.simulators import google, microsoft, twilio, vapi
from tests.simulators.cases import SPAN

ASSISTANT = f"/vapi/assistants/{vapi.ASSISTANT_ID}"
EVENT = microsoft.EVENT_ID.replace("=", "%3D")


def test_a_second_reader_gets_what_the_first_one_got(world: World) -> None:
    first = world.look("/vapi/phone-numbers")
    second = world.look("/vapi/phone-numbers")

    assert first.headers["cache-status"] == "gateway; fwd=uri-miss; stored; ttl=300"
    assert second.headers["cache-status"].startswith("gateway; hit; ttl=")
    assert int(second.headers["age"]) <= 30
    assert (second.json(), second.headers["etag"]) == (first.json(), first.headers["etag"])
    assert len(world.vendors.vapi.received) == 1
    assert second.headers["ratelimit-policy"] == first.headers["ratelimit-policy"]
    assert second.headers["x-correlation-id"] != first.headers["x-correlation-id"]


def test_who_has_it_already_is_told_so(world: World) -> None:
    tag = world.look(ASSISTANT).headers["etag"]

    reply = world.look(ASSISTANT, headers={"if-none-match": tag})

    assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", tag)
    assert reply.headers["cache-status"].startswith("gateway; hit")
    assert "ratelimit" in reply.headers
    assert world.look(ASSISTANT, headers={"if-none-match": '"another"'}).status_code == 200


def test_another_question_is_another_answer(world: World) -> None:
    for query in ("limit=11", "limit=12", "limit=11"):
        assert world.look(f"/vapi/assistants?{query}").status_code == 200

    assert [request.parameter("limit") for request in world.vendors.vapi.received] == ["11", "12"]


@pytest.mark.parametrize(
    ("read", "write", "body", "vendor"),
    [
        (ASSISTANT, f"PATCH {ASSISTANT}", {"firstMessage": "New"}, "vapi"),
        ("/vapi/assistants", "POST /vapi/assistants", {"name": "Second"}, "vapi"),
        ("/vapi/settings", f"PATCH {ASSISTANT}", {"firstMessage": "Newer"}, "vapi"),
        ("/vapi/phone-numbers", f"PATCH /vapi/phone-numbers/{vapi.PHONE_NUMBER_ID}", {"name": "L"}, "vapi"),
        (
            f"/twilio/phone-numbers/{twilio.NUMBER_SID}",
            f"PATCH /twilio/phone-numbers/{twilio.NUMBER_SID}",
            {"friendly_name": "L"},
            "twilio",
        ),
        (
            f"/google-calendar/events/{google.EVENT_ID}",
            f"PATCH /google-calendar/events/{google.EVENT_ID}",
            {"location": "Here"},
            "google-calendar",
        ),
        ("/google-calendar/events", "POST /google-calendar/events", SPAN, "google-calendar"),
        (f"/microsoft/events/{EVENT}", f"PATCH /microsoft/events/{EVENT}", {"subject": "New"}, "microsoft"),
    ],
)
def test_a_write_makes_what_it_changes_stale(world: World, read: str, write: str, body: object, vendor: str) -> None:
    simulator = world.vendors.named(vendor)
    before = world.look(read).json()
    world.vendors.forget()
    assert "hit" in world.look(read).headers["cache-status"]
    assert world.ask(write, json=body).is_success

    after = world.look(read)

    assert after.headers["cache-status"].startswith("gateway; fwd=uri-miss; stored")
    assert after.json() != before
    assert [request.method for request in simulator.received] == [
        write.partition(" ")[0].replace(*_FORM[vendor]),
        "GET",
    ]


_FORM = {"twilio": ("PATCH", "POST"), "vapi": ("", ""), "google-calendar": ("", ""), "microsoft": ("", "")}


def test_a_write_that_the_vendor_refused_changes_nothing(world: World) -> None:
    world.look(ASSISTANT)
    world.vendors.vapi.script.next("PATCH *", status=400, body={})

    assert world.ask(f"PATCH {ASSISTANT}", json={"firstMessage": "x"}).status_code == 400
    assert "hit" in world.look(ASSISTANT).headers["cache-status"]


def test_a_write_with_an_unknown_outcome_makes_stale_too(world: World) -> None:
    world.look("/vapi/assistants?limit=7")
    world.vendors.vapi.script.next("POST *", reset="after")
    world.ask("POST /vapi/assistants", json={"name": "Third"})

    assert "uri-miss" in world.look("/vapi/assistants?limit=7").headers["cache-status"]


def test_who_wants_it_from_the_vendor_gets_it_from_there(world: World) -> None:
    world.look("/twilio/balance")
    world.vendors.twilio.balance = "5.00"

    assert world.look("/twilio/balance").json()["balance"] == "17.42"
    forced = world.look("/twilio/balance", headers={"cache-control": "no-cache"})
    assert (forced.json()["balance"], forced.headers["cache-status"][:21]) == ("5.00", "gateway; fwd=request;")
    assert world.look("/twilio/balance").json()["balance"] == "5.00"
    assert world.ask("GET /twilio/balance").headers["cache-status"] == "gateway; fwd=bypass"


def test_many_who_ask_at_once_are_one_request(world: World) -> None:
    world.vendors.vapi.script.next("GET /assistant", delay=0.4)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: world.look("/vapi/assistants?limit=99"), range(8)))

    assert {reply.status_code for reply in replies} == {200}
    assert len(world.vendors.vapi.received) == 1
    assert sum("collapsed" in reply.headers["cache-status"] for reply in replies) >= 1


def test_what_has_no_cache_is_asked_every_time(world: World) -> None:
    for _ in range(2):
        assert "cache-status" not in world.look("/twilio/messages").headers
    assert len(world.vendors.twilio.received) == 2


def test_an_operator_drops_what_is_kept_and_is_told_how_much(world: World) -> None:
    world.look(ASSISTANT)
    with httpx.Client(base_url=world.gateway.admin, trust_env=False) as operator:
        kept = operator.get("/admin/cache").json()
        assert kept["integrations"]["vapi"] >= 1

        purged = operator.post("/admin/cache/purge", json={"integration": "vapi", "tags": ["assistants"]}).json()
        assert (purged["purged"], purged["everywhere"]) == (["vapi/assistants"], True)
        assert 1 <= purged["answers"] <= kept["answers"]
        assert "uri-miss" in world.look(ASSISTANT).headers["cache-status"]

        wrong = operator.post("/admin/cache/purge", json={"endpoint": "vapi.nothing"})
        assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
        assert "no cached endpoint carries" in wrong.text


def test_refusals_are_not_kept(world: World) -> None:
    world.vendors.vapi.script.next(status=404, body={})

    assert world.look("/vapi/calls?limit=3").status_code == 404
    assert world.look("/vapi/calls?limit=3").status_code == 200


@pytest.mark.parametrize("trouble", [{"status": 500}, {"reset": "before"}, {"status": 429}])
def test_what_is_kept_is_given_out_when_the_vendor_dies(dying: World, trouble: dict[str, Any]) -> None:
    vapi = dying.vendors.vapi
    vapi.script.clear()
    path = f"/vapi/calls?limit={len(vapi.received) + 1}"
    kept = dying.look(path).json()
    assert dying.look("/vapi/phone-numbers").status_code == 200
    vapi.script.next(forever=True, **trouble)
    time.sleep(1.05)  # no clock of the gateway's can be turned from here

    reply = dying.look(path)

    assert (reply.status_code, reply.json()) == (200, kept)
    assert reply.headers["cache-status"].startswith("gateway; hit; ttl=-")
    assert int(reply.headers["age"]) >= 1
    assert dying.look(f"{path}000").status_code in {400, 429, 502, 503}


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Where answers grow old within a second, and may be given out for ten minutes when the vendor fails."""
    old = "cache: {ttl: 5s, tags: [calls]}"
    config = edited(tmp_path_factory.mktemp("dying"), (old, "cache: {ttl: 1s, stale_if_error: 10m, tags: [calls]}"))
    with world_of(AMPLE, config=config) as found:
        yield found
