"""Callers with access tokens, through a real gateway that asks a real server for the keys they are signed with."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.gateway.callers.issuer import Issuer, token
from tests.running import Running, running
from tests.truthful import TruthfulClient

CONFIG = """\
version: 1
server:
  callers:
    jwt: {{issuer: "{issuer}", audience: integrations, allow_private: true}}
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    quota: {{requests: 3, per: 1m, by: user}}
    endpoints:
      list_things: {{route: GET /things}}
"""


@pytest.fixture(name="issuer")
def serve_issuer() -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            reply = asyncio.run(Issuer(name=address).fetch("GET", self.path))
            self.send_response(reply.status)
            self.end_headers()
            assert isinstance(reply.body, bytes)
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(name="gateway")
def serve_gateway(issuer: str, tmp_path: Path) -> Iterator[Running]:
    config = tmp_path / "integrations.yaml"
    config.write_text(CONFIG.format(issuer=issuer))
    with running(config, cwd=tmp_path) as gateway:
        yield gateway


def ask(gateway: Running, bearer: str | None) -> httpx.Response:
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    with TruthfulClient(gateway.url) as client:
        return client.get("/api/v1/crm/things", headers=headers)


def test_a_token_opens_the_gateway_and_each_user_has_a_quota_of_his_own(gateway: Running, issuer: str) -> None:
    good = token(iss=issuer)
    assert [ask(gateway, good).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert ask(gateway, token(iss=issuer, sub="bob")).status_code == 200


def test_without_a_good_token_nobody_is_let_in_and_no_table_of_keys_is_made(
    gateway: Running, issuer: str, tmp_path: Path
) -> None:
    assert ask(gateway, None).headers["www-authenticate"] == 'Bearer realm="gateway"'
    for bad in (token(iss=issuer, aud="others"), token(), "gwk_live_x"):
        assert ask(gateway, bad).status_code == 401
    assert not (tmp_path / "var").exists()
