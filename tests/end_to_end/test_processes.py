"""Several workers behind one port, and how they end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.end_to_end.edited import changed, edited
from tests.end_to_end.test_flags import served
from tests.end_to_end.world import AMPLE, Vendors, World, gateway_for, last_words, seconds_since, vendors
from tests.running import VAULT_KEYS, Running, eventually

MANY = 16
"""Connections after which both of two workers have been asked, all but surely."""
NEW_SUMMARY = ("List the voice assistants", "Every voice there is")


@pytest.fixture(scope="module")
def simulated() -> Iterator[Vendors]:
    with vendors() as found:
        yield found


class Answered(msgspec.Struct, frozen=True):
    status_code: int
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


def asked_anew(gateway: Running, path: str) -> Answered:
    """On a connection of its own, so that the next one may reach another worker."""
    connection = HTTPConnection(gateway.url.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path, headers={"Cache-Control": "no-store"})
        reply = connection.getresponse()
        return Answered(reply.status, reply.read())
    finally:
        connection.close()


def ready(gateway: Running) -> bool:
    """Also where nobody listens for a moment."""
    with suppress(ConnectionError):
        return asked_anew(gateway, "/readyz").status_code == 200
    return False


def summaries(gateway: Running) -> set[str]:
    found = [asked_anew(gateway, "/openapi.json").json() for _ in range(MANY)]
    return {document["paths"]["/api/v1/vapi/assistants"]["get"]["summary"] for document in found}


def test_two_workers_serve_reload_and_end_together(simulated: Vendors, tmp_path: Path) -> None:
    simulated.forget()
    config = edited(tmp_path)
    with gateway_for(simulated, AMPLE, "--workers", "2", config=config) as world:
        assert {asked_anew(world.gateway, "/api/v1/vapi/settings").status_code for _ in range(12)} == {200}
        config.write_text(changed(NEW_SUMMARY))
        world.gateway.reload()
        eventually(lambda: summaries(world.gateway) == {NEW_SUMMARY[1]})
        config.write_text("version: 2\n")
        world.gateway.reload()
        eventually(lambda: _reload_states(world.gateway) == {True})
        assert summaries(world.gateway) == {NEW_SUMMARY[1]}
        world.gateway.process.terminate()
        said = last_words(world.gateway)

    assert said.count("not reloaded") == 2, said
    assert said.count("expected `1`, got `2`") == 2


def _reload_states(gateway: Running) -> set[bool]:
    replies = [asked_anew(gateway, "/readyz?verbose").json() for _ in range(MANY)]
    return {"error[" in reply["config"]["reload"] for reply in replies}


def test_a_reload_reaches_a_worker_that_is_only_just_starting(simulated: Vendors, tmp_path: Path) -> None:
    config = edited(tmp_path)
    with gateway_for(simulated, AMPLE, "--workers", "2", config=config) as world:
        born = _children(world.gateway.process.pid)
        os.kill(born[0], signal.SIGKILL)
        eventually(
            lambda: (
                len(_children(world.gateway.process.pid)) == 2 and born[0] not in _children(world.gateway.process.pid)
            )
        )
        config.write_text(changed(NEW_SUMMARY))
        world.gateway.reload()
        eventually(lambda: ready(world.gateway) and summaries(world.gateway) == {NEW_SUMMARY[1]})
        world.gateway.process.terminate()
        said = last_words(world.gateway)

    assert said.count("is replaced") == 1, said


@pytest.fixture(scope="module")
def pair(simulated: Vendors) -> Iterator[World]:
    with gateway_for(simulated, AMPLE, "--workers", "2") as world:
        yield world


def test_links_of_one_worker_are_followed_by_the_other(pair: World) -> None:
    first = asked_anew(pair.gateway, "/api/v1/twilio/messages?page_size=1").json()
    path = first["next_page_uri"].removeprefix(pair.gateway.url)

    assert {asked_anew(pair.gateway, path).status_code for _ in range(MANY)} == {200}


def test_a_worker_that_dies_is_replaced(pair: World) -> None:
    before = _children(pair.gateway.process.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: len(set(_children(pair.gateway.process.pid)) - set(before)) == 1)
    eventually(lambda: ready(pair.gateway))
    assert before[1] in _children(pair.gateway.process.pid)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_in_flight_is_finished_before_the_end(simulated: Vendors, workers: str) -> None:
    simulated.forget()
    simulated.gmail.script.next("GET *", delay=1.5)
    with gateway_for(simulated, AMPLE, "--workers", workers) as world:
        statuses: list[int] = []
        slow = threading.Thread(target=lambda: statuses.append(_patient(world)))
        slow.start()
        eventually(lambda: len(simulated.gmail.received) == 1)
        started = time.monotonic()
        world.gateway.process.terminate()
        last_words(world.gateway)
        assert seconds_since(started) < 10
        slow.join()

    assert statuses == [200]


def _patient(world: World) -> int:
    return asked_anew(world.gateway, "/api/v1/gmail/profile").status_code


def test_while_it_ends_it_is_not_ready_and_takes_nothing_new(simulated: Vendors) -> None:
    simulated.forget()
    simulated.gmail.script.next("GET *", delay=1.5)
    with gateway_for(simulated, AMPLE) as world:
        slow = threading.Thread(target=_patient, args=(world,))
        slow.start()
        eventually(lambda: len(simulated.gmail.received) == 1)
        world.gateway.process.terminate()
        eventually(lambda: world.client.get("/readyz").status_code == 503)
        late = world.ask("GET /vapi/settings")
        assert world.client.get("/livez").status_code == 200
        slow.join()

    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (503, "shutting-down")
    assert int(late.headers["retry-after"]) >= 1
    assert simulated.vapi.received == []


def test_a_second_gateway_on_the_same_port_is_refused(simulated: Vendors) -> None:
    with gateway_for(simulated, AMPLE) as world:
        port = world.gateway.url.rpartition(":")[2]
        for flags in (("--port", port), ("--admin-bind", world.gateway.admin.removeprefix("http://"))):
            code, said = served(simulated.environ, *flags)
            assert (code, "cannot listen on 127.0.0.1:" in said) == (69, True)
        assert world.client.get("/livez").status_code == 200


def test_it_does_not_listen_beyond_this_machine_without_keys(simulated: Vendors) -> None:
    code, said = served({**simulated.environ, "GATEWAY_VAULT_KEYS": VAULT_KEYS}, "--host", "0.0.0.0")

    assert code != 0
    assert "without keys anybody could call: set GATEWAY_API_KEYS=required" in said


def test_signals_before_it_serves_end_it_too(simulated: Vendors) -> None:
    process = subprocess.Popen([sys.executable, "-m", "gateway", "serve"], env=_environ(simulated), stderr=-3)
    process.terminate()

    assert process.wait(timeout=10) in {0, -signal.SIGTERM}


def _environ(simulated: Vendors) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **simulated.environ}


def test_links_outlive_a_restart_where_the_secret_is_given(simulated: Vendors) -> None:
    shared = {**AMPLE, "GATEWAY_LINK_SECRET": "long enough to be no guess"}
    with gateway_for(simulated, shared) as world:
        link = world.ask("GET /twilio/messages?page_size=1").json()["next_page_uri"]
    with gateway_for(simulated, shared) as world:
        assert asked_anew(world.gateway, link[link.index("/api/") :]).status_code == 200
