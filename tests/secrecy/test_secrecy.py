"""A mark in every secret place, vendors that fail and tell: the marks come out nowhere but where they belong."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.stores import Database, SqlStore
from gateway_oauth.tokens import Tokens
from gateway_vault.local import LocalVault
from gateway_vault.ring import parse
from tests.end_to_end.world import ended
from tests.provider import Browser, OidcProvider, oidc_provider
from tests.running import VAULT_KEYS, Running, running
from tests.secrecy.echo import careless_vendor
from tests.secrecy.searching import leaks
from tests.services import redis_server

MARKS = {
    "the bearer token": "mark-bearer-5f1c",
    "the password": "mark-password-a04b",
    "the key in a header": "mark-header-77d2",
    "the key in a query": "mark-query-c9e8",
    "the link secret": "mark-links-0d3e",
    "the events' secret": "mark-events-84aa",
    "a user's own secret": "mark-stored-2b6f",
    "a caller's cookie": "mark-cookie-e110",
    "a caller's field": "mark-field-93c7",
    "a caller's body": "mark-body-6a5d",
    "a wrong key": "mark-wrong-key-41fe",
    "the vault's key": VAULT_KEYS.partition(":")[2],
}
VARIABLES = {
    "BEARER": MARKS["the bearer token"],
    "PASSWORD": MARKS["the password"],
    "HEADER": MARKS["the key in a header"],
    "QUERY": MARKS["the key in a query"],
    "EVENTS_SECRET": MARKS["the events' secret"],
    "GATEWAY_LINK_SECRET": MARKS["the link secret"],
}
CONFIG = """
version: 1
server:
  storage: sqlite:///{folder}/gateway.db
  shared_state: {redis}
  callers: {{api_keys: required}}
providers:
  acme: {provider}
events: {{url: {vendor}/500, secret: "${{EVENTS_SECRET}}", allow_private: true}}
defaults: {{retry: {{attempts: 2}}, breaker: {{failures: 3, recovery: 1s}}, timeout: {{attempt: 2s, total: 4s}}}}
integrations:
  calendar:
    base_url: {calendar}
    allow_private: true
    credential: {{use: oauth, provider: acme}}
    endpoints:
      list_events: {{route: GET /events, cache: {{ttl: 1m}}, scopes: [calendar.events]}}
  own: {{base_url: "{vendor}", allow_private: true, credential: {{use: stored}}, endpoints: {ENDPOINTS}}}
  bearer: {{base_url: "{vendor}", allow_private: true, credential: {{use: bearer, token: "${{BEARER}}"}},
           endpoints: {ENDPOINTS}}}
  basic: {{base_url: "{vendor}", allow_private: true,
          credential: {{use: basic, username: us, password: "${{PASSWORD}}"}}, endpoints: {ENDPOINTS}}}
  header: {{base_url: "{vendor}", allow_private: true,
           credential: {{use: header, name: X-Key, value: "${{HEADER}}"}}, endpoints: {ENDPOINTS}}}
  query: {{base_url: "{vendor}", allow_private: true,
          credential: {{use: query, name: key, value: "${{QUERY}}"}}, endpoints: {ENDPOINTS}}}
"""
ENDPOINTS = "{ask: {route: 'GET /{what}'}, write: {route: 'POST /{what}', idempotency: {}, body: {type: object}}}"
WHAT = ("200", "400", "401", "403", "429", "500", "cut")


class Told:
    """All that came out, and where."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: list[tuple[str, bytes]] = []

    def answer(self, reply: httpx.Response) -> httpx.Response:
        head = "\n".join(f"{name}: {value}" for name, value in reply.headers.items()).encode()
        self.all.append(
            (f"the answer to {reply.request.method} {reply.request.url.path}", head + b"\n" + reply.content)
        )
        return reply

    def files(self, folder: Path, where: str) -> None:
        for file in folder.rglob("*"):
            if file.is_file() and file.name != "integrations.yaml":
                self.all.append((f"{where}: {file.name}", file.read_bytes()))


@pytest.fixture(name="provider")
def real_provider() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


def test_no_secret_comes_out_where_it_does_not_belong(provider: OidcProvider, tmp_path: Path) -> None:
    told = Told(tmp_path)
    with careless_vendor() as vendor, redis_server(persistent=True) as redis:
        written = CONFIG.format(
            folder=tmp_path, redis=redis.url, provider=json.dumps(provider.settings(allow_private=True)),
            vendor=vendor, calendar=provider.calendar, ENDPOINTS=ENDPOINTS,
        )  # fmt: skip
        config = tmp_path / "integrations.yaml"
        config.write_text(written)
        key = command(config, "keys", "create", "app", "--scope", "*", "--scope", "act-as").strip()
        lines = tmp_path / "lines"
        with running(config, VARIABLES, "--workers", "2", cwd=tmp_path, lines=lines) as gateway:
            provider.register(f"{gateway.url}/connect/callback")
            granted = used(gateway, provider, key, told)
            looked_at(gateway, told)
            told.all += arguments(gateway)
            told.all.append(("the log", ended(gateway).encode()))
        assert lines.read_bytes().count(b'"event":"request"') > 40  # in the folder, which is looked at too
        told.files(redis.folder, "redis")
    for words in (("check",), ("render",), ("explain", "basic.ask"), ("keys", "list"), ("audit",)):
        told.all.append((f"gateway {words[0]}", command(config, *words).encode()))
    secrets = {**MARKS, "the client's secret": provider.client_secret, "the caller's key": key, **granted}
    told.files(tmp_path, "the folder")

    assert "a refresh token of acme" in granted
    assert len(told.all) > 60
    assert leaks(secrets, told.all) == []


def used(gateway: Running, provider: OidcProvider, key: str, told: Told) -> dict[str, str]:
    """What callers do, and what goes wrong with it; the tokens that the provider granted meanwhile."""
    cookie, field = MARKS["a caller's cookie"], MARKS["a caller's field"]
    carried = {"Cookie": f"c={cookie}", "X-Odd": field, "X-Gateway-User": "ann"}
    known = {**carried, "Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30, headers=known) as client:
        link = client.post("/connect-links", json={"integration": "calendar"}).json()["connect_url"]
        with Browser() as browser:
            told.answer(browser.consent(link, "ann@acme"))
        assert told.answer(client.get("/api/v1/calendar/events")).status_code == 200
        told.answer(client.put("/connections/own", json={"secret": MARKS["a user's own secret"]}))
        for vendor in ("own", "bearer", "basic", "header", "query"):
            for what in WHAT:
                told.answer(client.get(f"/api/v1/{vendor}/{what}"))
            body = {"say": MARKS["a caller's body"]}
            told.answer(client.post(f"/api/v1/{vendor}/200", json=body, headers={"Idempotency-Key": f"k-{vendor}"}))
        told.answer(client.get("/connections"))
        granted = tokens(told.folder)
        provider.revoke("ann@acme")
        over = client.get("/api/v1/calendar/events", headers={"Cache-Control": "no-store"})
        assert over.status_code == 403
        told.answer(client.get("/api/v1/bearer/200", headers={"Authorization": f"Bearer {MARKS['a wrong key']}"}))
        told.answer(client.get("/api/v1/bearer/200", headers={"X-API-Key": key[:-1] + "x"}))
    return granted


def looked_at(gateway: Running, told: Told) -> None:
    """What the people who run it see, after a reload that goes wrong."""
    with httpx.Client(base_url=gateway.admin, trust_env=False, timeout=30) as admin:
        told.answer(admin.post("/admin/reload"))
        for path in (
            "/metrics",
            "/admin/config",
            "/admin/config/resolved",
            "/admin/openapi.json",
            "/admin/connections",
            "/admin/cost",
            "/admin/drift",
        ):
            told.answer(admin.get(path))
        remembered = told.answer(admin.get("/admin/requests?most=200")).json()["requests"]
        for one in remembered:
            told.answer(admin.get(f"/admin/requests/{one['correlation_id']}"))
        assert len(remembered) > 40
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as client:
        for path in ("/health", "/readyz?verbose", "/openapi.json", "/docs", "/nowhere"):
            told.answer(client.get(path))


def arguments(gateway: Running) -> list[tuple[str, bytes]]:
    """Of the supervisor and its workers."""
    supervisor = gateway.process.pid
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    return [("process arguments", Path(f"/proc/{pid}/cmdline").read_bytes()) for pid in (supervisor, *children)]


def tokens(folder: Path) -> dict[str, str]:
    """What the provider granted, opened with the vault's key."""

    async def opened() -> dict[str, str]:
        database, vault = Database(f"sqlite:///{folder}/gateway.db"), LocalVault(parse(VAULT_KEYS))
        found: dict[str, str] = {}
        for record in await SqlStore(database).connections.every():
            if record.sealed:
                held = msgspec.json.decode(await vault.open(record.sealed, record.bound), type=Tokens)
                found |= {
                    f"a token of {record.provider}": held.access,
                    f"a refresh token of {record.provider}": held.refresh,
                }
        await database.close()
        return {name: token for name, token in found.items() if token}

    return asyncio.run(opened())


def command(config: Path, *words: str) -> str:
    environ = {**os.environ, **VARIABLES, "GATEWAY_VAULT_KEYS": VAULT_KEYS}
    options = [] if words[0] == "check" else ["-c"]
    line = [sys.executable, "-m", "gateway", *words, *options, str(config)]
    done = subprocess.run(line, capture_output=True, text=True, env=environ, cwd=config.parent, timeout=60, check=False)
    return done.stdout + ("" if words[0] == "keys" else done.stderr)
