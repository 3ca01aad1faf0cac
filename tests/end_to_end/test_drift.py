"""A vendor changes its answers: both workers notice, and `gateway drift` and /metrics tell of it."""

import asyncio
import json
from pathlib import Path

import httpx
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.faults.server import Exchange, Vendor
from tests.running import Running, eventually, running

ASKED = 20

CONFIG = """\
version: 1
integrations:
  crm:
    base_url: ${VENDOR}
    allow_private: true
    title: Customers
    endpoints:
      get:
        route: GET /get
        response:
          type: object
          required: [id, name]
          properties: {id: {type: string}, name: {type: string}, phone: {type: string}}
"""


async def changed(exchange: Exchange) -> None:
    await exchange.read_body()
    body = b'{"id": "1", "phone": null, "nick": "hush"}'
    await exchange.answer(body, fields=[(b"Content-Type", b"application/json")])


def told(gateway: Running, *words: str) -> Result:
    return CliRunner().invoke(main, ["drift", "--admin", gateway.admin, *words])


def asked(gateway: Running) -> None:
    for _ in range(ASKED):  # each time another connection, so that each worker gets some
        assert httpx.get(f"{gateway.url}/api/v1/crm/get", trust_env=False).status_code == 200


def seen(gateway: Running) -> None:
    assert told(gateway).stdout == "answers are as declared\n"
    asked(gateway)
    eventually(lambda: told(gateway).exit_code == 1)
    lines = told(gateway, "--all").stdout.splitlines()
    found = json.loads(told(gateway, "--json").stdout)["drift"]
    page = httpx.get(f"{gateway.admin}/metrics", trust_env=False).text

    assert lines[0] == "crm.get"
    assert lines[1].startswith("  `name` is not there any more: ")
    assert lines[2].startswith("  `phone` is null, and was to be text: ")
    assert lines[3].startswith("  `nick` is new: ")
    assert {one["kind"] for one in found} == {"removed", "nulled", "added"}
    for one in found:
        line = f'gateway_contract_drift_total{{endpoint="get",integration="crm",kind="{one["kind"]}"}}'
        assert f"{line} {one['answers']:.1f}" in page
    assert "hush" not in page + str(found)


def all_are_counted(gateway: Running) -> bool:
    """Whoever asks is one caller, whichever worker has answered."""
    (caller,) = httpx.get(f"{gateway.admin}/admin/callers", trust_env=False).json()["callers"]
    return bool(caller["address"] == "127.0.0.1" and caller["requests"] >= ASKED)


def test_what_has_changed_is_told_by_all_workers_together(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Vendor({"get": changed}) as vendor:
            file = tmp_path / "integrations.yaml"
            file.write_text(CONFIG.replace("${VENDOR}", vendor.url()))
            with running(file, {}, "--workers", "2") as gateway:
                await asyncio.to_thread(seen, gateway)
                await asyncio.to_thread(eventually, lambda: all_are_counted(gateway))

    asyncio.run(scenario())
