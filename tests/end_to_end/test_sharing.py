"""Workers that share state, with and without a redis, and what the people who run them see of it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.world import ended
from tests.running import Running, eventually, running
from tests.services import Redis, redis_server

CONFIG = """\
version: 1
server: {shared_state: "${SHARED}"}
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    endpoints: {list_contacts: {route: GET /contacts}}
"""


@pytest.fixture(name="config")
def written(tmp_path: Path) -> Path:
    file = tmp_path / "integrations.yaml"
    file.write_text(CONFIG)
    return file


@pytest.fixture
def redis() -> Iterator[Redis]:
    with redis_server(password="hush-hush") as server:
        yield server


def got(gateway: Running, path: str) -> Any:
    reply = httpx.get(f"{gateway.url}{path}", trust_env=False, timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.json()


def shares(gateway: Running, state: str) -> None:
    """Health is told by whichever worker answers, of all of them."""

    def all_say_so() -> bool:
        try:
            return all(got(gateway, "/health")["shared_state"] == state for _ in range(4))
        except httpx.TransportError:  # what a worker that was killed had accepted
            return False

    eventually(all_say_so, 20)


def children(gateway: Running) -> list[int]:
    text = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children").read_text()
    return [int(each) for each in text.split()]


def test_one_worker_is_alone_and_in_good_health(config: Path) -> None:
    with running(config, {"SHARED": "memory"}) as gateway:
        assert got(gateway, "/health")["shared_state"] == "alone"
        assert got(gateway, "/health")["status"] == "ok"


def test_several_workers_share_by_their_supervisor_and_one_that_replaces_another_does_too(config: Path) -> None:
    with running(config, {"SHARED": "memory"}, "--workers", "2") as gateway:
        shares(gateway, "ok")
        before = children(gateway)
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: len(set(children(gateway)) - set(before)) == 1, 20)
        shares(gateway, "ok")


def test_without_its_redis_a_gateway_is_ready_and_answers_and_says_so(config: Path, redis: Redis) -> None:
    with running(config, {"SHARED": redis.url}) as gateway:
        shares(gateway, "ok")
        redis.kill()
        shares(gateway, "lost")
        assert got(gateway, "/health")["status"] == "degraded"
        assert got(gateway, "/readyz?verbose")["shared_state"] == "lost"
        assert got(gateway, "/api/v1/crm/contacts") is not None
        redis.start()
        shares(gateway, "ok")
        said = ended(gateway)
    assert said.count("shared state is lost") == said.count("shared state is back") >= 1
    assert f"shared   redis://127.0.0.1:{redis.port}/0\n" in said
    assert "set GATEWAY_LINK_SECRET" in said
    assert "hush-hush" not in said


def test_where_state_is_shared_is_settled_until_the_next_start(config: Path) -> None:
    with running(config, {"SHARED": "memory"}) as gateway:
        before = got(gateway, "/health")
        config.write_text(CONFIG.replace("${SHARED}", "redis://another:6379"))
        reply = httpx.post(f"{gateway.admin}/admin/reload", trust_env=False, timeout=30)
        assert reply.status_code == 409
        assert "error[GW117]: `shared_state` is settled when the gateway starts" in reply.text
        assert got(gateway, "/health")["shared_state"] == before["shared_state"] == "alone"
