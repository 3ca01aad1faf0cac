"""What callers see when the network swallows what is sent: to the vendor, to redis, to the database."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.faults.between import Between, between, nobody_accepts
from tests.faults.cases import CASES
from tests.faults.server import Exchange
from tests.postgres import postgres_server
from tests.running import Running, eventually, running
from tests.services import redis_server
from tests.wire.vendors import vendor_in_thread

GUARD = 5.0
"""Seconds against hanging; what is promised is a fifth of it or less."""
CONFIG = """\
version: 1
defaults:
  timeout: {connect: 300ms, attempt: 600ms, total: 1s}
  retry: {attempts: 1}
  breaker: {failures: 1000}
integrations:
  crm:
    base_url: VENDOR
    endpoints: {get: {route: GET /get, upstream: GET /large}, make: {route: POST /make, body: {type: object}}}
"""
SHARED = """\
version: 1
server: {shared_state: "redis://127.0.0.1:REDIS/0"}
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    cache: {ttl: 5m}
    quota: {requests: 1000, per: 1m}
    endpoints: {get: {route: "GET /get/{number}"}}
"""
KEYED = """\
version: 1
server:
  storage: postgresql://gateway@127.0.0.1:POSTGRES/postgres
  callers: {api_keys: required}
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    endpoints: {get: {route: GET /get}}
"""


async def large(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(b"x" * 20_000, fields=[(b"Content-Type", b"text/plain")])


def asked(gateway: Running, method: str = "GET", path: str = "get", secret: str = "") -> tuple[int, str, float]:
    """Status, the problem's name, and how long it took; a body that is cut off has the name `cut`."""
    began = time.monotonic()
    status = 0
    kind = ""
    headers = {"Content-Type": "application/json"} if method == "POST" else {}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    body = b"{}" if method == "POST" else None
    try:
        url = f"{gateway.url}/api/v1/crm/{path}"
        client = httpx.Client(trust_env=False, timeout=30)
        with client, client.stream(method, url, headers=headers, content=body) as reply:
            status = reply.status_code
            reply.read()
            if reply.headers.get("content-type", "").startswith("application/problem+json"):
                kind = reply.json()["type"].rpartition("/")[2]
    except httpx.RemoteProtocolError:
        kind = "cut"
    return status, kind, time.monotonic() - began


@pytest.fixture(scope="module", name="before_vendor")
def _before_vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Between]]:
    cases = {**CASES, "large": large, "make": large}
    with vendor_in_thread(cases) as (vendor, _), between(vendor.port) as hole:
        yield from _served(
            tmp_path_factory.mktemp("vendor"), CONFIG.replace("VENDOR", f"http://127.0.0.1:{hole.port}"), hole
        )


def _served(folder: Path, text: str, hole: Between) -> Iterator[tuple[Running, Between]]:
    file = folder / "integrations.yaml"
    file.write_text(text)
    with running(file, {}, "--allow-private", cwd=folder) as gateway:
        yield gateway, hole


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_vendor_that_falls_silent_is_a_504_in_time(before_vendor: tuple[Running, Between], method: str) -> None:
    gateway, hole = before_vendor
    path = "get" if method == "GET" else "make"
    assert asked(gateway, method, path)[0] == 200
    hole.hole, hole.let = True, 0
    try:
        status, kind, took = asked(gateway, method, path)
    finally:
        hole.hole = False
        hole.cut()
    assert (status, kind) == (504, "upstream-timeout")
    assert took < GUARD
    assert asked(gateway, method, path)[0] == 200


def test_a_vendor_that_falls_silent_in_its_head_is_a_504(before_vendor: tuple[Running, Between]) -> None:
    gateway, hole = before_vendor
    hole.hole, hole.let = True, 20
    try:
        assert asked(gateway)[:2] == (504, "upstream-timeout")
    finally:
        hole.hole = False
        hole.cut()
    assert asked(gateway)[0] == 200


def test_a_vendor_that_falls_silent_in_its_body_never_makes_a_whole_answer(
    before_vendor: tuple[Running, Between],
) -> None:
    gateway, hole = before_vendor
    hole.hole, hole.let = True, 5_000
    try:
        status, kind, took = asked(gateway)
    finally:
        hole.hole = False
        hole.cut()
    assert (status, kind) in {(200, "cut"), (504, "upstream-timeout")}
    assert took < GUARD
    assert asked(gateway)[0] == 200


def test_a_vendor_that_cannot_even_be_connected_to_is_told_so(tmp_path: Path) -> None:
    with nobody_accepts() as port:
        file = tmp_path / "integrations.yaml"
        file.write_text(CONFIG.replace("VENDOR", f"http://127.0.0.1:{port}"))
        with running(file, {}, "--allow-private", cwd=tmp_path) as gateway:
            status, kind, took = asked(gateway)
    assert (status, kind) == (504, "upstream-unreachable")
    assert took < GUARD


def test_a_redis_behind_a_hole_costs_sharing_and_no_answer(tmp_path: Path) -> None:
    def state(gateway: Running) -> str:
        told: str = httpx.get(f"{gateway.url}/health", trust_env=False).json()["shared_state"]
        return told

    with redis_server() as redis, between(redis.port) as hole:
        file = tmp_path / "integrations.yaml"
        file.write_text(SHARED.replace("REDIS", str(hole.port)))
        with running(file, {}, cwd=tmp_path) as gateway:
            eventually(lambda: state(gateway) == "ok")
            hole.hole = True
            answers = [asked(gateway, path=f"get/{number}") for number in range(10)]
            assert {status for status, _, _ in answers} == {200}
            assert max(took for _, _, took in answers) < GUARD
            eventually(lambda: state(gateway) == "lost")
            assert hole.swallowed > 0
            hole.hole = False
            hole.cut()
            eventually(lambda: state(gateway) == "ok", 20)


def test_a_database_behind_a_hole_is_missed_by_unknown_keys_alone(tmp_path: Path) -> None:
    with postgres_server() as postgres, between(postgres.port) as hole:
        file = tmp_path / "integrations.yaml"
        file.write_text(KEYED.replace("POSTGRES", str(hole.port)))
        with running(file, {}, cwd=tmp_path) as gateway:
            known, unknown = (
                CliRunner().invoke(main, ["keys", "create", name, "-c", str(file)]).stdout.strip()
                for name in ("known", "unknown")
            )
            assert asked(gateway, secret=known)[0] == 200
            hole.hole = True
            assert asked(gateway, secret=known)[0] == 200
            status, kind, took = asked(gateway, secret=unknown)
            assert (status, kind) == (503, "store-unavailable")
            assert took < 5 * GUARD
            hole.hole = False
            hole.cut()
            eventually(lambda: asked(gateway, secret=unknown)[0] == 200, 20)
