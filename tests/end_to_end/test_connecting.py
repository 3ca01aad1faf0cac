"""The whole way, with `gateway serve`: a user connects, his calendar opens, his grant ends, and a link mends it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.provider import Browser, OidcProvider, oidc_provider
from tests.provider.chromium import chromium
from tests.running import Running, running

CONFIG = """
version: 1
server:
  storage: sqlite:///{folder}/gateway.db
  return_to: [https://app.example]
providers:
  acme: {provider}
integrations:
  calendar:
    title: The calendar
    base_url: {calendar}
    allow_private: true
    credential: {{use: oauth, provider: acme}}
    native: {{mount: /native/calendar, allow: [GET /events]}}
    endpoints:
      list_events: {{route: GET /events, scopes: [calendar.events]}}
      list_again: {{route: GET /again, upstream: GET /events}}
"""
UNTOLD = "the pages of browsers and what stands on them are no part of the document"
"""Calls of endpoints are held against the document elsewhere."""


@pytest.fixture(name="provider", scope="module")
def real_provider() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture(name="gateway", scope="module")
def serving(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("connecting")
    write(folder, provider)
    with running(folder / "integrations.yaml", {}, cwd=folder) as gateway:
        provider.register(f"{gateway.url}/connect/callback")
        yield gateway


def write(folder: Path, provider: OidcProvider) -> None:
    settings = provider.settings(issuer=provider.issuer, allow_private=True)
    written = CONFIG.format(folder=folder, provider=json.dumps(settings), calendar=provider.calendar)
    (folder / "integrations.yaml").write_text(written)


def events(gateway: Running, user: str) -> httpx.Response:
    with gateway.client(untold=UNTOLD) as client:
        return client.get("/api/v1/calendar/events", headers={"x-gateway-user": user})


def connect(gateway: Running, user: str, **wanted: str) -> httpx.Response:
    with gateway.client() as client:
        answer = client.post("/connect-links", json={"integration": "calendar", "user": user, **wanted})
        assert answer.status_code == 201, answer.text
    return signed_in(answer.json()["connect_url"], user)


def signed_in(link: str, user: str) -> httpx.Response:
    with Browser() as browser:
        return browser.consent(link, f"{user}@acme", until="https://app.example")


def test_a_grant_that_ends_is_noticed_at_once_and_mended_with_a_link(gateway: Running, provider: OidcProvider) -> None:
    before = events(gateway, "ann")
    page = signed_in(before.json()["connect_url"], "ann")
    assert (before.status_code, page.status_code) == (403, 200), page.text
    assert "<h1>Connected</h1>" in page.text
    answer = events(gateway, "ann")
    assert (answer.status_code, answer.json()["user"]) == (200, "ann@acme")

    provider.revoke("ann@acme")
    started = time.monotonic()
    over = events(gateway, "ann")
    assert time.monotonic() - started < 5  # promised is one second, and it is a few hundredths
    assert (over.status_code, over.json()["type"].rpartition("/")[2]) == (403, "connection-required")

    provider.forget()
    assert {events(gateway, "ann").status_code for _ in range(100)} == {403}
    assert (provider.seen().tokens, provider.seen().calendar) == ((), ())

    assert "<h1>Connected</h1>" in signed_in(over.json()["connect_url"], "ann").text
    assert events(gateway, "ann").status_code == 200


def test_each_user_has_his_own_account(gateway: Running) -> None:
    for user in ("bob", "eve"):
        connect(gateway, user)

    assert [events(gateway, user).json()["user"] for user in ("bob", "eve")] == ["bob@acme", "eve@acme"]


def test_the_user_goes_back_to_the_application(gateway: Running) -> None:
    page = connect(gateway, "max", return_to="https://app.example/connected?max")

    assert (page.status_code, page.headers["location"]) == (303, "https://app.example/connected?max")


def test_what_callers_may_ask_of_connections_is_as_documented(gateway: Running) -> None:
    connect(gateway, "kim")
    with gateway.client() as client:
        acting = {"x-gateway-user": "kim"}
        (one,) = client.get("/connections", headers=acting).json()["connections"]
        assert client.get("/connections/calendar", headers=acting).json() == one
        assert one["missing_scopes"] == []
        assert client.post(f"/connections/{one['id']}/refresh", headers=acting).status_code == 200
        assert client.delete(f"/connections/{one['id']}", headers=acting).status_code == 204
        assert client.get(f"/connections/{one['id']}", headers=acting).status_code == 404
        assert client.put("/connections/calendar", json={"secret": "x"}, headers=acting).status_code == 404

    assert events(gateway, "kim").status_code == 403


def test_the_command_line_asks_the_gateway_that_serves(gateway: Running) -> None:
    connect(gateway, "joe")
    listed = json.loads(gateway_connections(gateway, "list", "--user", "joe", "--json"))
    gateway_connections(gateway, "test", listed[0]["id"])
    ended = json.loads(gateway_connections(gateway, "revoke", listed[0]["id"], "--json"))

    assert ended["status"] == "revoked"
    assert events(gateway, "joe").status_code == 403


def gateway_connections(gateway: Running, *words: str) -> str:
    environ = {"GATEWAY_ADMIN_BIND": gateway.admin.removeprefix("http://"), "PATH": ""}
    command = [sys.executable, "-m", "gateway", "connections", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_real_browser_goes_all_the_way_and_has_nothing_to_complain_of(
    gateway: Running, provider: OidcProvider, tmp_path: Path
) -> None:
    """Its rules for forms, cookies and referrers are its own: no script knows them all."""
    with gateway.client() as client:
        link = client.post("/connect-links", json={"provider": "acme", "user": "zoe"}).json()["connect_url"]
    with chromium(tmp_path) as page:
        page.open(link)
        page.until("Connect your account at Acme")
        page.press()
        page.until("Sign-in")
        assert page.url.startswith(provider.issuer)
        assert [line for line in page.console if "Policy" in line or gateway.url in line] == []
        page.press(login="zoe@acme", password="x")
        page.until("Authorize")
        page.press()
        page.until("Connected")

    assert events(gateway, "zoe").json()["user"] == "zoe@acme"


def test_all_workers_know_at_once(tmp_path: Path) -> None:
    """A page of the flow may be served by one of them, the next by another, and calls by both."""
    with oidc_provider() as provider:
        write(tmp_path, provider)
        with running(tmp_path / "integrations.yaml", {}, "--workers", "2", cwd=tmp_path) as gateway:
            provider.register(f"{gateway.url}/connect/callback")
            for _ in range(2):
                assert {events(gateway, "max").status_code for _ in range(6)} == {403}
                assert "<h1>Connected</h1>" in connect(gateway, "max").text
                assert {events(gateway, "max").status_code for _ in range(6)} == {200}
                with gateway.client() as client:
                    client.delete("/connections/calendar", headers={"x-gateway-user": "max"})


def test_a_native_mount_is_asked_with_the_users_grant_too(gateway: Running) -> None:
    connect(gateway, "una")
    with gateway.client(untold="native mounts stand beside the document") as client:
        answers = [
            client.get("/native/calendar/events", headers={"x-gateway-user": user}) for user in ("una", "nobody")
        ]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[0].json()["user"] == "una@acme"
