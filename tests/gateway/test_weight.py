"""What a worker has in memory: what its config uses, and no library besides."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, VAULT_KEYS

HEAVY = (
    "alembic", "asyncpg", "authlib", "cryptography.hazmat", "google", "grpc", "httpx", "joserfc", "jsonschema",
    "markdown_it", "mako", "opentelemetry.exporter", "opentelemetry.sdk.trace", "pygments", "rich", "sqlalchemy",
)  # fmt: skip

WORKER = """
import asyncio, json, os, sys
from pathlib import Path
from gateway.app import Application
from gateway.launch import Launch
from gateway.records import made_ready
import gateway.serving.worker

async def main():
    application = Application(Launch(config=Path(sys.argv[1]), environ=os.environ, writes=True))
    if application.remembers:
        await made_ready(application.loaded.config.server.storage)
    await application.start()
    await asyncio.sleep(0)
    print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
    await application.close()

asyncio.run(main())
"""

PLAIN = """
version: 1
server: {storage: "sqlite:///gateway.db"}
integrations:
  crm:
    base_url: https://crm.example
    quota: {requests: 10, per: 1s}
    breaker: {}
    retry: {}
    cache: {ttl: 10s}
    rate_limit: {requests: 10, per: 1s}
    errors: [{when: {status: 404}, slug: no-such-item, status: 404, title: There is none}]
    endpoints:
      get:
        route: GET /items/{id}
        path: {id: {type: string, pattern: "^[0-9]+$"}}
        response: {type: object}
"""
JWT = "server: {callers: {jwt: {issuer: https://id.example, audience: us}}, "
OAUTH = """
providers:
  crm:
    authorize: https://crm.example/authorize
    token: https://crm.example/token
    client: {id: us, secret: "${env:CRM_SECRET}"}
integrations:
  crm:
    credential: {use: oauth, provider: crm}
"""


def imported(folder: Path, config: str, **environ: str) -> list[str]:
    """Of what is heavy, what a worker of this config has in memory when it begins to serve."""
    file = folder / "integrations.yaml"
    file.write_text(config)
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "GATEWAY_VAULT_KEYS": VAULT_KEYS, "CRM_SECRET": "s"}
    command = [sys.executable, "-c", WORKER, str(file), *HEAVY]
    done = subprocess.run(command, env={**around, **environ}, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_config_without_database_accounts_and_traces_has_nothing_of_them_in_memory(tmp_path: Path) -> None:
    assert imported(tmp_path, PLAIN) == []


@pytest.mark.parametrize(
    ("before", "after", "loads"),
    [
        ("server: {", JWT, {"joserfc", "cryptography.hazmat"}),
        ("integrations:\n  crm:\n", OAUTH, {"sqlalchemy", "cryptography.hazmat"}),
        ("        response:", '        reply: {links: ["$.next"]}\n        response:', {"cryptography.hazmat"}),
    ],
    ids=["tokens of callers", "accounts of users", "links to further pages"],
)
def test_what_a_config_uses_is_there_before_the_first_request(
    before: str, after: str, loads: set[str], tmp_path: Path
) -> None:
    assert loads <= set(imported(tmp_path, PLAIN.replace(before, after)))


def test_a_second_start_with_the_same_database_needs_nothing_that_changes_tables(tmp_path: Path) -> None:
    config = PLAIN.replace("integrations:\n  crm:\n", OAUTH)

    assert "alembic" in imported(tmp_path, config)
    assert "alembic" not in imported(tmp_path, config)
