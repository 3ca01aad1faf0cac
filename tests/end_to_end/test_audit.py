"""What is ordered of a gateway that runs stands in its audit trail: who, when, from where, and no secret."""

import json
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner

from gateway.cli import main
from tests.running import Running, eventually, running

CONFIG = """\
version: 1
server: {callers: {api_keys: %s}, storage: "sqlite:///var/gateway.db"}
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: bearer, token: mark-of-a-token}
    breaker: {}
    endpoints:
      list_contacts: {route: GET /contacts, cache: {ttl: 5m}}
"""


def config_in(folder: Path, *, keys: str = "required") -> Path:
    config = folder / "integrations.yaml"
    config.write_text(CONFIG % keys)
    return config


def order(gateway: Running, path: str, **body: Any) -> int:
    return httpx.post(f"{gateway.admin}/admin/{path}", json=body, trust_env=False, timeout=30).status_code


def admitted(gateway: Running) -> bool:
    """Any worker answers callers, and only the first one answers here."""
    try:
        return httpx.get(f"{gateway.admin}/livez", trust_env=False, timeout=5).is_success
    except httpx.TransportError:
        return False


def trail(folder: Path) -> list[dict[str, Any]]:
    """The oldest first. The command looks where the config says, from the folder that it is served in."""
    text = CONFIG % "required"
    elsewhere = folder / "audit.yaml"
    elsewhere.write_text(text.replace("sqlite:///var", f"sqlite:///{folder}/var"))
    told = CliRunner().invoke(main, ["audit", "--json", "-c", str(elsewhere)])
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return found[::-1]


def test_orders_at_the_admin_address_are_written_down(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    with running(config, {}, "--workers", "2", cwd=tmp_path) as gateway:
        eventually(lambda: admitted(gateway))
        assert order(gateway, "breakers/crm", state="open", seconds=60, reason="they asked us to") == 200
        assert order(gateway, "breakers/crm", state="auto") == 200
        assert order(gateway, "breakers/nobody", state="open") == 404
        assert order(gateway, "cache/purge", integration="crm") == 200
        assert order(gateway, "reload") == 200
        config.write_text(CONFIG % "mark-of-a-mistake")
        assert order(gateway, "reload") == 409
    found = trail(tmp_path)

    assert [(entry["action"], entry["target"]) for entry in found[:3]] == [
        ("breaker.forced", "crm"),
        ("breaker.reset", "crm"),
        ("cache.purged", "crm/*"),
    ]
    assert [entry["action"] for entry in found[3:]] == ["config.reloaded", "config.refused"]
    assert {(entry["who"], entry["address"]) for entry in found} == {("127.0.0.1", "127.0.0.1")}
    assert found[0]["detail"] == {"state": "open", "seconds": 60.0, "reason": "they asked us to"}
    assert all(entry["correlation_id"] for entry in found[:3])
    assert found[4]["detail"]["problems"] > 0
    assert "mark-of" not in json.dumps(found)


def test_a_reload_by_signal_is_the_gateways_own(tmp_path: Path) -> None:
    with running(config_in(tmp_path), cwd=tmp_path) as gateway:
        gateway.reload()
        eventually(lambda: len(trail(tmp_path)) == 1)

    assert [(entry["action"], entry["who"]) for entry in trail(tmp_path)] == [("config.reloaded", "gateway")]


def test_a_gateway_that_needs_no_database_makes_none_for_it(tmp_path: Path) -> None:
    with running(config_in(tmp_path, keys="off"), cwd=tmp_path) as gateway:
        assert order(gateway, "breakers/crm", state="open") == 200
        assert order(gateway, "reload") == 200

    assert not (tmp_path / "var").exists()
