"""Keys of callers, through a real gateway and a real database."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.postgres import postgres_server
from tests.running import Running, running
from tests.truthful import TruthfulClient

CONFIG = """\
version: 1
server:
  storage: {storage}
  callers: {{api_keys: required}}
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    endpoints:
      list_things: {{route: GET /things}}
      make_thing: {{route: POST /things, body: {{type: object}}}}
"""


class World:
    def __init__(self, folder: Path, gateway: Running) -> None:
        self.config = folder / "integrations.yaml"
        self.gateway = gateway

    def keys(self, *words: str) -> str:
        return CliRunner().invoke(main, ["keys", *words, "-c", str(self.config)]).stdout.strip()

    def get(self, headers: dict[str, str] | None = None) -> httpx.Response:
        with TruthfulClient(self.gateway.url) as client:
            return client.get("/api/v1/crm/things", headers=headers)

    def status(self, secret: str) -> int:
        return self.get({"Authorization": f"Bearer {secret}"}).status_code


@pytest.fixture(params=["sqlite", "postgresql"], name="world")
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "sqlite":
        yield from _world(tmp_path, f"sqlite:///{tmp_path}/var/gateway.db")
        return
    with postgres_server() as server:
        yield from _world(tmp_path, server.url)


def _world(folder: Path, storage: str) -> Iterator[World]:
    config = folder / "integrations.yaml"
    config.write_text(CONFIG.format(storage=storage))
    with running(config, cwd=folder) as gateway:
        yield World(folder, gateway)


def test_who_has_a_key_is_let_in(world: World) -> None:
    nobody = world.get()
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, 'Bearer realm="gateway"')
    assert nobody.json()["type"].endswith("/problems/unauthenticated")

    secret = world.keys("create", "app", "--scope", "crm.list_things")
    assert world.status(secret) == 200
    assert world.get({"X-API-Key": secret}).status_code == 200
    assert world.status(secret[:-1] + ("0" if secret[-1] != "0" else "1")) == 401
    with TruthfulClient(world.gateway.url) as client:
        refused = client.post("/api/v1/crm/things", json={}, headers={"X-API-Key": secret})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "scope-missing")

    new = world.keys("rotate", secret[:19])
    assert {world.status(secret), world.status(new)} == {200}
    assert httpx.get(f"{world.gateway.url}/health", trust_env=False).json() == {"status": "ok"}


def test_a_gateway_without_its_database_does_not_start(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(CONFIG.format(storage="postgresql://ann:mark@127.0.0.1:1/gateway"))
    unreachable = pytest.raises(AssertionError, match=r"server\.storage: the database cannot be reached")
    with unreachable as early, running(config, cwd=tmp_path):
        pass
    assert "mark" not in str(early.value)
