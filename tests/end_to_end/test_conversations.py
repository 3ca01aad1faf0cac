"""What takes more than one request: changing what nobody else has changed, one's own time zone, a vendor that dies."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.world import AMPLE, Vendors, World, gateway_for, vendors
from tests.simulators import google, microsoft

EVENTS = [
    (f"/google-calendar/events/{google.EVENT_ID}", {"location": "Bakery"}, {"location": "Elsewhere"}),
    (
        "/microsoft/events/" + microsoft.EVENT_ID.replace("=", "%3D"),
        {"location": {"displayName": "Bakery"}},
        {"location": {"displayName": "Elsewhere"}},
    ),
]


@pytest.mark.parametrize(("path", "mine", "theirs"), EVENTS)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
def test_a_change_meets_what_was_read_or_nothing(
    world: World, path: str, mine: object, theirs: object, encoding: str
) -> None:
    tag = world.look(path, headers={"accept-encoding": encoding}).headers["etag"]
    changed = world.ask(f"PATCH {path}", json=mine, headers={"if-match": tag})
    late = world.ask(f"PATCH {path}", json=theirs, headers={"if-match": tag})

    assert changed.status_code == 200
    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (412, "event-changed")
    assert world.look(path).json()["location"] == mine["location"]  # type: ignore[index]


@pytest.mark.parametrize(
    "path",
    [
        "/microsoft/events",
        "/microsoft/events/AAMkSEEDEVENT0002%3D",
        "/microsoft/calendar-view?start_date_time=2026-02-01T00:00:00Z&end_date_time=2026-03-01T00:00:00Z",
    ],
)
def test_a_time_zone_that_is_preferred_reaches_the_vendor_and_is_kept_apart(world: World, path: str) -> None:
    zone = 'outlook.timezone="Europe/Berlin"'
    for prefer in ({"prefer": zone}, {}, {"prefer": zone}):
        assert world.look(path, headers=prefer).status_code == 200

    assert [request.header("prefer") for request in world.vendors.microsoft.received] == [zone, None]


@pytest.fixture(scope="module")
def unbroken() -> Iterator[World]:
    """Without breakers nothing but the budget keeps repeats in check."""
    with vendors() as simulated, gateway_for(simulated, {**AMPLE, "CIRCUIT_BREAKER_ENABLED": "false"}) as found:
        yield found


def test_a_dead_vendor_hears_little_more_than_what_was_asked(unbroken: World) -> None:
    simulated: Vendors = unbroken.vendors
    simulated.vapi.script.next(status=503, body={}, forever=True)
    asked = 60
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: unbroken.ask("GET /vapi/settings").status_code, range(asked)))

    assert set(replies) <= {502, 503}
    assert len(simulated.vapi.received) <= 1.2 * asked + 10


def test_a_write_that_was_cut_is_never_heard_twice(unbroken: World) -> None:
    simulated: Vendors = unbroken.vendors
    simulated.twilio.script.next("POST *", reset="after", forever=True)
    body = {"to": "+15005550120", "from": "+15005550006", "body": "Hello"}
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: unbroken.ask("POST /twilio/messages", json=body).status_code, range(80)))

    assert replies == [502] * 80
    assert len(simulated.twilio.received) == 80
