"""A gateway whose vendor's token lies in a real OpenBao: read at the start, taken over at a reload, shown to nobody."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.openbao import OpenBao, openbao_server
from tests.running import Running, eventually, running

CONFIG = """\
version: 1
integrations:
  crm:
    base_url: {vendor}
    allow_private: true
    credential: {{use: bearer, token: "${{vault:secret/crm#token}}"}}
    endpoints:
      whoami: {{route: GET /whoami}}
"""
READ = 'path "secret/data/*" { capabilities = ["read"] }'


@pytest.fixture(scope="module", name="bao")
def served() -> Iterator[OpenBao]:
    with openbao_server() as server:
        yield server


@contextmanager
def vendor() -> Iterator[str]:
    """Tells whoever asks what he came with."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = b'{"came_with": "%s"}' % self.headers["authorization"].encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def config_for(folder: Path) -> Iterator[Path]:
    with vendor() as address:
        config = folder / "integrations.yaml"
        config.write_text(CONFIG.format(vendor=address))
        yield config


def asked(gateway: Running) -> str:
    with gateway.client(untold="what it came with is for this test only") as client:
        told: str = client.get("/api/v1/crm/whoami").json()["came_with"]
        return told


def command(environ: Mapping[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, words, env={**os.environ, **environ})


def test_a_new_secret_is_taken_over_at_a_reload_and_a_lost_vault_changes_nothing(tmp_path: Path) -> None:
    with openbao_server() as bao, config_for(tmp_path) as config:
        bao.put("crm", token="mark-one")
        with running(config, bao.approle(READ), cwd=tmp_path) as gateway:
            assert asked(gateway) == "Bearer mark-one"

            bao.put("crm", token="mark-two")
            gateway.reload()
            eventually(lambda: asked(gateway) == "Bearer mark-two")

            bao.kill()
            gateway.reload()
            with gateway.client(untold="health") as client:
                eventually(lambda: "does not answer" in client.get("/readyz?verbose").json()["config"]["reload"])
            assert asked(gateway) == "Bearer mark-two"


def test_a_token_that_ends_is_renewed_while_it_serves(bao: OpenBao, tmp_path: Path) -> None:
    bao.put("crm", token="mark-of-a-token")
    own = bao.token(READ, ttl="12s")
    with config_for(tmp_path) as config, running(config, {"VAULT_ADDR": bao.url, "VAULT_TOKEN": own}, cwd=tmp_path):

        def renewed() -> bool:
            told = bao.ask("POST", "auth/token/lookup", token=own)["data"]
            return bool(told.get("last_renewal"))

        eventually(renewed)


def test_a_check_asks_only_when_it_is_told_to(bao: OpenBao, tmp_path: Path) -> None:
    nowhere = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "t"}
    bao.put("crm", token="mark-of-a-token")
    with config_for(tmp_path) as config:
        offline = command(nowhere, "check", str(config), "--strict")
        told = command(nowhere, "check", str(config), "--resolve-secrets", "--format", "concise")
        fine = command(bao.approle(READ), "check", str(config), "--resolve-secrets", "--strict")

    assert (offline.exit_code, fine.exit_code, told.exit_code) == (0, 0, 1), (offline.output, fine.output)
    assert told.stdout.splitlines() == [
        f"{config}:6:38: error[GW201]: `secret/crm#token` cannot be read: http://127.0.0.1:9 does not answer "
        "(connection refused)"
    ]


def test_what_is_shown_of_a_config_names_the_secret_and_never_tells_it(bao: OpenBao, tmp_path: Path) -> None:
    bao.put("crm", token="mark-of-a-token")
    with config_for(tmp_path) as config, running(config, bao.approle(READ), cwd=tmp_path) as gateway:
        environ = bao.approle(READ)
        shown = [
            command(environ, "render", "-c", str(config)).output,
            command(environ, "explain", "crm.whoami", "-c", str(config)).output,
            command(environ, "diff", gateway.admin, str(config)).output,
        ]
        with gateway.client(untold="the admin listener") as client:
            shown.append(client.get(f"{gateway.admin}/admin/config/resolved").text)

    assert "mark-of" not in "".join(shown)
    assert "<secret vault:secret/crm#token>" in shown[0]
    assert "<secret vault:secret/crm#token>" in shown[3]


def test_a_gateway_without_its_secrets_does_not_start(tmp_path: Path) -> None:
    with (
        config_for(tmp_path) as config,
        pytest.raises(AssertionError, match="VAULT_ADDR is not set"),
        running(config, cwd=tmp_path),
    ):
        pass
