"""The file changes while requests go through: a good one takes over and loses none, a bad one changes nothing."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.edited import changed, edited
from tests.end_to_end.world import Vendors, World, ended, gateway_for, vendors
from tests.running import ROOT, eventually

SUMMARY = "List the voice assistants"
NEW_SUMMARY = (SUMMARY, "Every voice there is")
TYPO = ("        cache: {ttl: 5m,", "        cachee: {ttl: 5m,")
MOVED = ("route: GET /profile", "route: GET /my-profile")


@pytest.fixture(scope="module")
def simulated() -> Iterator[Vendors]:
    with vendors() as found:
        yield found


@contextmanager
def reloading(simulated: Vendors, config: Path, *flags: str, a_minute: int = 100_000) -> Iterator[World]:
    simulated.forget()
    with gateway_for(simulated, {"RATE_LIMIT_PER_MINUTE": str(a_minute)}, *flags, config=config) as world:
        yield world


def summary(world: World) -> str:
    document = world.client.get("/openapi.json").json()
    text: str = document["paths"]["/api/v1/vapi/assistants"]["get"]["summary"]
    return text


def reload_state(world: World) -> str:
    text: str = world.client.get("/readyz?verbose").json()["config"]["reload"]
    return text


@pytest.mark.parametrize("flags", [(), ("--watch",)], ids=["on SIGHUP", "watched"])
def test_a_bad_edit_changes_nothing_and_is_reported(simulated: Vendors, tmp_path: Path, flags: tuple[str, ...]) -> None:
    config = edited(tmp_path)
    with reloading(simulated, config, *flags) as world:

        def refused() -> bool:
            return reload_state(world) != "ok"

        def mended() -> bool:
            return reload_state(world) == "ok" and summary(world) == NEW_SUMMARY[1]

        def nudge() -> None:
            if not flags:
                world.gateway.reload()

        before = world.client.get("/readyz?verbose").json()["config"]["digest"]
        config.write_text(changed(TYPO, NEW_SUMMARY))
        nudge()
        eventually(refused)
        assert re.search(r"integrations\.yaml:\d+:\d+: error\[GW\d+\]: .*`cachee`", reload_state(world))
        assert world.client.get("/readyz?verbose").json()["config"]["digest"] == before
        assert world.client.get("/readyz").status_code == 200
        assert world.health()["status"] == "degraded"
        assert summary(world) == SUMMARY
        assert world.ask("GET /vapi/settings").status_code == 200

        config.write_text(changed(NEW_SUMMARY))
        nudge()
        eventually(mended)
        assert world.health()["status"] == "ok"
        said = ended(world.gateway)
    assert re.search(r"not reloaded.*error\[GW\d+\].*`cachee`", said), said
    assert said.count("not reloaded") == 1


def test_a_file_that_is_gone_or_no_text_changes_nothing(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    with reloading(simulated, config) as world:
        for spoil in (config.unlink, lambda: config.write_bytes(b"\xff\xfe\x00"), lambda: config.write_text("")):
            config.write_text(changed())
            world.gateway.reload()
            eventually(lambda: reload_state(world) == "ok")
            spoil()
            world.gateway.reload()
            eventually(lambda: reload_state(world) != "ok")
            assert world.ask("GET /vapi/settings").status_code == 200


def test_good_edits_under_load_lose_no_request(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    with reloading(simulated, config) as world, load(world) as outcomes:
        for turn in range(6):
            wanted = NEW_SUMMARY if turn % 2 == 0 else (SUMMARY, SUMMARY)
            config.write_text(changed(wanted))
            world.gateway.reload()
            eventually(lambda text=wanted[1]: summary(world) == text)
            asked = len(outcomes)
            eventually(lambda so_far=asked: len(outcomes) > so_far + 20)

    assert len(outcomes) > 100
    assert set(outcomes) == {200}


@contextmanager
def load(world: World) -> Iterator[list[object]]:
    """Four clients that ask without a pause; what became of each request."""
    outcomes: list[object] = []
    stop = threading.Event()

    def ask(path: str) -> None:
        with world.gateway.client() as client:
            while not stop.is_set():
                try:
                    outcomes.append(client.get(path, headers={"cache-control": "no-store"}).status_code)
                except Exception as lost:  # noqa: BLE001 - whatever it was, it is what the test is about
                    outcomes.append(lost)

    paths = ("/api/v1/vapi/settings", "/api/v1/gmail/profile", "/native/vapi/assistant", "/openapi.json")
    clients = [threading.Thread(target=ask, args=(path,)) for path in paths]
    for client in clients:
        client.start()
    try:
        yield outcomes
    finally:
        stop.set()
        for client in clients:
            client.join()


def test_a_request_in_flight_finishes_on_what_it_began_with(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    with reloading(simulated, config) as world:
        simulated.gmail.script.next(delay=1.5)
        statuses: list[int] = []
        slow = threading.Thread(target=lambda: statuses.append(world.cached.get("/api/v1/gmail/profile").status_code))
        slow.start()
        eventually(lambda: len(simulated.gmail.received) == 1)
        config.write_text(changed(MOVED))
        world.gateway.reload()
        eventually(lambda: world.ask("GET /gmail/profile").status_code == 404)
        assert not statuses
        assert world.ask("GET /gmail/my-profile").status_code == 200
        slow.join()

    assert statuses == [200]


def test_what_did_not_change_keeps_its_circuits_quotas_and_answers(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    with reloading(simulated, config, a_minute=20) as world:
        kept = world.look("/twilio/balance")
        simulated.vapi.script.next(status=500, body={}, forever=True)
        for _ in range(5):
            world.ask("POST /vapi/assistants", json={"name": "Desk"})
            world.ask("GET /gmail/profile")
        config.write_text(changed(NEW_SUMMARY))
        world.gateway.reload()
        eventually(lambda: summary(world) == NEW_SUMMARY[1])
        simulated.forget()

        assert world.ask("GET /vapi/settings").json()["type"].endswith("/circuit-open")
        assert simulated.vapi.received == []
        assert _left(world.ask("GET /gmail/profile")) < 18
        again = world.look("/twilio/balance")
        assert (again.headers["cache-status"][:12], again.json()) == ("gateway; hit", kept.json())


def test_a_breaker_with_other_settings_is_a_new_one(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    with reloading(simulated, config) as world:
        simulated.vapi.script.next(status=500, body={}, times=5)
        for _ in range(6):
            refused = world.ask("POST /vapi/assistants", json={"name": "Desk"})
        assert refused.json()["type"].endswith("/circuit-open")

        config.write_text(changed(("breaker: {failures: 5", "breaker: {failures: 6")))
        world.gateway.reload()
        eventually(lambda: world.ask("GET /vapi/settings").status_code == 200)


def _left(reply: object) -> int:
    found = re.search(r"r=(\d+)", reply.headers["ratelimit"])  # type: ignore[attr-defined]
    assert found
    return int(found[1])


def written_slowly(config: Path, text: str) -> None:
    """A second in all, and never still for long: whoever asks meanwhile does not hold it up."""
    with config.open("w") as file:
        for start in range(0, len(text), len(text) // 50 + 1):
            file.write(text[start : start + len(text) // 50 + 1])
            file.flush()
            time.sleep(0.02)


def test_a_file_that_is_still_being_written_is_not_taken_over(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    text = changed(NEW_SUMMARY)
    with reloading(simulated, config, "--watch") as world:
        writer = threading.Thread(target=written_slowly, args=(config, text))
        writer.start()
        while writer.is_alive():
            assert world.ask("GET /microsoft/me").status_code == 200
        eventually(lambda: summary(world) == NEW_SUMMARY[1])
        said = ended(world.gateway)

    assert "not reloaded" not in said
    assert said.count("config reloaded") == 1


def test_a_schema_that_the_file_names_is_watched_too(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    (tmp_path / "schemas").unlink()
    own = tmp_path / "schemas" / "vapi" / "assistant_create.json"
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    with reloading(simulated, config, "--watch") as world:
        assert world.ask("POST /vapi/assistants", json={"name": "x" * 30}).status_code == 201
        own.write_text(own.read_text().replace('"maxLength": 40', '"maxLength": 20'))
        eventually(lambda: world.ask("POST /vapi/assistants", json={"name": "x" * 30}).status_code == 400)
