"""The admin address beyond this machine: nobody gets in without a key that may."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.end_to_end.test_callers import CONFIG
from tests.running import eventually, free_port, running


class World:
    def __init__(self, config: Path, url: str) -> None:
        self.config = config
        self.url = url

    def key(self, *scopes: str) -> str:
        words = [word for scope in scopes for word in ("--scope", scope)]
        return CliRunner().invoke(main, ["keys", "create", "app", *words, "-c", str(self.config)]).stdout.strip()

    def status(self, path: str, secret: str = "", host: str = "gateway.internal:8001") -> int:
        headers = {"Host": host, **({"Authorization": f"Bearer {secret}"} if secret else {})}
        return httpx.get(self.url + path, headers=headers, trust_env=False).status_code


@pytest.fixture(scope="module", name="world")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("admin")
    config = folder / "integrations.yaml"
    config.write_text(CONFIG.format(storage=f"sqlite:///{folder}/gateway.db"))
    port = free_port()
    with running(config, {}, "--admin-bind", f"0.0.0.0:{port}", cwd=folder):
        yield World(config, f"http://127.0.0.1:{port}")


def test_without_a_key_nobody_learns_anything_but_that_it_lives(world: World) -> None:
    assert [world.status(path) for path in ("/livez", "/readyz", "/health")] == [200, 200, 200]
    for path in ("/metrics", "/admin/config", "/admin/breakers", "/admin/requests", "/nowhere"):
        assert world.status(path) == 401
        assert world.status(path, "gw_wrong") == 401


def test_a_key_for_metrics_reads_metrics_and_nothing_else(world: World) -> None:
    key = world.key("metrics")

    assert world.status("/metrics", key) == 200
    assert world.status("/admin/config", key) == 403
    assert world.status("/metrics/", key) == 403


def test_a_key_for_endpoints_does_not_run_the_gateway(world: World) -> None:
    key = world.key("*")

    assert world.status("/metrics", key) == 403
    assert world.status("/admin/config", key) == 403


def test_a_key_for_operators_may_do_all_and_commands_take_it_from_the_environment(world: World) -> None:
    key = world.key("admin")
    known = {"X-Correlation-ID": "lost", "Authorization": f"Bearer {key}"}

    assert world.status("/metrics", key) == world.status("/admin/config", key) == 200
    assert httpx.post(f"{world.url}/admin/reload", headers=known, trust_env=False).json()["reloaded"]
    asked = ["why", "nobody", "--admin", world.url]
    assert "asks for a key" in CliRunner().invoke(main, asked).stderr
    assert "remembers no request" in CliRunner().invoke(main, asked, env={"GATEWAY_ADMIN_KEY": key}).stderr


def test_a_gateway_without_keys_does_not_start_with_an_open_admin_address(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(CONFIG.format(storage=f"sqlite:///{tmp_path}/gateway.db").replace("required", "off"))
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(config), "--admin-bind", f"0.0.0.0:{free_port()}"]
    command += ["--port", str(free_port())]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2
    assert "without keys anybody could run it" in done.stderr


def test_who_is_not_let_in_leaves_a_trace_and_who_is_stands_in_the_audit_trail(world: World) -> None:
    key = world.key("admin", "metrics")
    known = {"Authorization": f"Bearer {key}"}
    assert world.status("/admin/config", "gw_guessed") == 401

    def counted() -> bool:
        page = httpx.get(f"{world.url}/metrics", headers=known, trust_env=False).text
        return 'gateway_auth_failures_total{reason="wrong-key"}' in page

    eventually(counted)
    assert httpx.post(f"{world.url}/admin/reload", headers=known, trust_env=False).status_code == 200
    said = CliRunner().invoke(main, ["audit", "--action", "config.", "-c", str(world.config)]).stdout
    assert f"by {key.rpartition('_')[0]}" in said


def test_without_a_key_health_has_no_details(world: World) -> None:
    for path in ("/readyz?verbose", "/health"):
        assert httpx.get(world.url + path, trust_env=False).json() == {"status": "ok"}
