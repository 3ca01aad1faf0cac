"""Behind the HAProxy and the nginx of the examples a gateway is what it is without them."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.deploy.proxies import haproxy_file, nginx_file, proxied
from tests.running import Running, free_port, running

CONFIG = """\
version: 1
server: {trusted_proxies: [127.0.0.1]}
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    endpoints:
      list_contacts: {route: GET /contacts}
      count: {route: GET /count, quota: {requests: 1, per: 1h, by: ip}}
"""
MADE_THERE = re.compile(r"[0-9a-f-]{32,36}")
"""An id of a proxy; those of the gateway look otherwise."""


@pytest.fixture(params=["haproxy", "nginx"], name="kind")
def proxy(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(name="gateway")
def gateway(tmp_path: Path) -> Iterator[Running]:
    (tmp_path / "integrations.yaml").write_text(CONFIG)
    with running(tmp_path / "integrations.yaml") as one:
        yield one


def status(url: str, address: str, path: str = "/api/v1/crm/count", **fields: str) -> int:
    """What a caller at that address of the loopback net is answered."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=30) as client:
        return client.get(f"{url}{path}", headers=headers).status_code


def test_it_is_the_same_gateway(kind: str, gateway: Running) -> None:
    with proxied(kind, port_of(gateway)) as url:
        told = CliRunner().invoke(main, ["smoke", url, "--admin", gateway.admin])
        _ids_are_kept_or_made(url)
        _callers_are_told_apart(url)
        _nobody_is_told_as_such(url, gateway)

    assert told.exit_code == 0, told.output


def _ids_are_kept_or_made(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as client:
        own = client.get("/api/v1/crm/contacts", headers={"X-Correlation-ID": "order-7"})
        none = client.get("/api/v1/crm/contacts")
        bad = client.get("/api/v1/crm/contacts", headers={"X-Correlation-ID": 'or"der 7'})

    assert own.headers["x-correlation-id"] == "order-7"
    assert MADE_THERE.fullmatch(none.headers["x-correlation-id"])
    assert MADE_THERE.fullmatch(bad.headers["x-correlation-id"])
    assert {answer.status_code for answer in (own, none, bad)} == {200}


def _callers_are_told_apart(url: str) -> None:
    """By where they come from, whatever they say."""
    assert [status(url, "127.0.0.2"), status(url, "127.0.0.2")] == [200, 429]
    assert status(url, "127.0.0.2", X_Forwarded_For="192.0.2.7") == 429
    assert status(url, "127.0.0.3") == 200


def _nobody_is_told_as_such(url: str, gateway: Running) -> None:
    gateway.process.kill()
    gateway.process.wait()
    answer = httpx.get(f"{url}/api/v1/crm/contacts", headers={"X-Correlation-ID": "order-8"}, trust_env=False)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["x-correlation-id"] == answer.json()["correlation_id"] == "order-8"
    assert answer.headers["retry-after"] == "5"


def test_each_accepts_its_file(tmp_path: Path) -> None:
    haproxy = ["/usr/sbin/haproxy", "-c", "-f", str(haproxy_file(tmp_path, free_port(), [8000]))]
    nginx = ["/usr/sbin/nginx", "-t", "-q", "-c", str(nginx_file(tmp_path, free_port(), [8000]))]
    said = [subprocess.run(words, capture_output=True, text=True, check=False) for words in (haproxy, nginx)]

    assert [(one.returncode, one.stderr) for one in said] == [(0, ""), (0, "")]


def port_of(gateway: Running) -> int:
    return int(gateway.url.rpartition(":")[2])
