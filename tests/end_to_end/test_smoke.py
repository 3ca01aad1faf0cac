"""`gateway smoke` as people and containers run it, beside real gateways in good and in bad shape."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.running import SHIPPED, Running, eventually, free_port, running

CONFIG = """\
version: 1
server:
  storage: sqlite:///{folder}/gateway.db
  callers: {{api_keys: {keys}}}
integrations:
  crm:
    base_url: http://127.0.0.1:{port}
    allow_private: true
    stub: {stub}
    breaker: {{failures: 1, recovery: 5m}}
    endpoints:
      list_contacts: {{route: GET /contacts, query: {{limit: {{type: integer}}}}}}
      get_contact: {{route: "GET /contacts/{{id}}"}}
      make_contact: {{route: POST /contacts, body: {{type: object}}}}
  odd:
    base_url: https://odd.example
    endpoints:
      search: {{route: GET /search, query: {{text: {{type: string, required: true}}}}}}
"""


def written(folder: Path, *, keys: str = "off", stub: str = "true") -> Path:
    config = folder / "integrations.yaml"
    config.write_text(CONFIG.format(folder=folder, keys=keys, stub=stub, port=free_port()))
    return config


def smoke(*words: str) -> tuple[int, dict[str, list[str]]]:
    """The exit code, and what was found, by level."""
    told = CliRunner().invoke(main, ["smoke", *words, "--json"])
    answer: dict[str, Any] = json.loads(told.stdout)
    assert answer["ok"] is (told.exit_code == 0)
    return told.exit_code, {
        level: [one["what"] for one in answer["findings"] if one["level"] == level] for level in ("ok", "warn", "fail")
    }


def of(gateway: Running, *words: str) -> tuple[int, dict[str, list[str]]]:
    return smoke(gateway.url, "--admin", gateway.admin, *words)


def test_a_gateway_that_does_what_it_should_is_told_as_such(tmp_path: Path) -> None:
    with running(written(tmp_path)) as gateway:
        code, found = of(gateway)

    assert code == 0
    assert found["ok"] == [
        f"a gateway is alive at {gateway.url}",
        "it is ready",
        "/openapi.json is whole: 3 paths",
        "an unknown path is answered with a problem document",
        "callers need no key, at an address of this machine only",
        "each of 6 answers carries the correlation id that was asked with",
        f"metrics are at {gateway.admin}/metrics",
        "no breaker is open",
    ]
    assert found["warn"] == [
        "crm.list_contacts answers 200, by a stub",
        "odd: not asked, for it has no GET that needs no parameters",
    ]


def test_the_shipped_file_passes_and_every_vendor_is_asked() -> None:
    with running(SHIPPED, {"INTEGRATIONS_STUB_MODE": "true"}) as gateway:
        code, found = of(gateway)

    assert (code, found["fail"]) == (0, [])
    asked = {line.partition(".")[0] for line in found["warn"] if line.endswith("answers 200, by a stub")}
    assert asked == {"vapi", "twilio", "google-calendar", "gmail", "microsoft"}


def test_who_needs_a_key_and_has_none_is_told_and_one_with_a_wrong_key_fails(tmp_path: Path) -> None:
    config = written(tmp_path, keys="required")
    with running(config) as gateway:
        key = CliRunner().invoke(main, ["keys", "create", "smoke", "-c", str(config)]).stdout.strip()
        without, anonymous = of(gateway)
        good, known = of(gateway, "--key", key)
        wrong, refused = of(gateway, "--key", key[:-1] + ("0" if key[-1] != "0" else "1"))

    assert (without, good, wrong) == (0, 0, 1)
    assert "crm.list_contacts answers 401 unauthenticated" in anonymous["warn"]
    assert "crm.list_contacts answers 200, by a stub" in known["warn"]
    assert refused["fail"] == ["crm.list_contacts answers 401 unauthenticated"]
    assert all("callers are asked for a key" in found["ok"] for found in (anonymous, known, refused))


def test_a_vendor_that_is_down_and_its_breaker_fail(tmp_path: Path) -> None:
    with running(written(tmp_path, stub="false")) as gateway:
        code, found = of(gateway)

    assert code == 1
    assert found["fail"] == ["crm.list_contacts answers 502 upstream-unreachable", "the breaker of crm is opened"]


def test_a_reload_that_was_refused_fails(tmp_path: Path) -> None:
    config = written(tmp_path)
    with running(config) as gateway:
        config.write_text("version: 1\nintegrations: {crm: {}}\n")
        httpx.post(f"{gateway.admin}/admin/reload", trust_env=False)
        code, found = of(gateway)

    assert code == 1
    assert len(found["fail"]) == 1
    assert found["fail"][0].startswith("the last reload was refused: ")


def test_quick_asks_only_whether_it_is_alive_and_ready(tmp_path: Path) -> None:
    with running(written(tmp_path), {}, "--grace", "20") as gateway:
        alive, found = smoke(gateway.url, "--quick")
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: httpx.get(f"{gateway.url}/readyz", trust_env=False).status_code == 503)
        leaving, last = smoke(gateway.url, "--quick")
        gateway.process.kill()

    assert (alive, leaving) == (0, 1)
    assert found == {"ok": [f"a gateway is alive at {gateway.url}", "it is ready"], "warn": [], "fail": []}
    assert last["fail"] == ["it is not ready"]


def test_without_an_address_it_is_the_gateway_of_this_machine(tmp_path: Path) -> None:
    with running(written(tmp_path)) as gateway:
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "GATEWAY_PORT": gateway.url.rpartition(":")[2],
            "GATEWAY_ADMIN_BIND": gateway.admin.removeprefix("http://"),
        }
        command = [sys.executable, "-m", "gateway", "smoke"]
        told = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == f"ok    a gateway is alive at {gateway.url}"
    assert told.stdout.splitlines()[-1] == "ok    no breaker is open"


@pytest.mark.parametrize("address", ["ftp://gateway.example", "https://", "http://[::1"])
def test_what_is_no_address_is_told(address: str) -> None:
    told = CliRunner().invoke(main, ["smoke", address])

    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("error: ")


def test_where_nobody_answers_nothing_else_is_looked_at() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    code, found = smoke(address)

    assert (code, found["ok"], found["warn"]) == (1, [], [])
    assert found["fail"] == [f"nobody answers at {address}: Connection refused"]
