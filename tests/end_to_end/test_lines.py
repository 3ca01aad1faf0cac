"""What a gateway of two workers writes: a line on stdout for each request, its own events on stderr."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
from click.testing import CliRunner

from gateway.cli import main
from tests.running import ROOT, eventually, free_port


def served(folder: Path, requests: int) -> tuple[bytes, bytes]:
    """Stdout and stderr of a stubbed gateway that was asked so often, each time on a new connection."""
    port = free_port()
    command = [sys.executable, "-m", "gateway", "serve", "--port", str(port), "--workers", "2", "--grace", "0"]
    command += ["--admin-bind", f"127.0.0.1:{free_port()}"]
    environ = {
        "PATH": os.environ["PATH"],
        "INTEGRATIONS_STUB_MODE": "true",
        "GATEWAY_LOG": "json",
        "GATEWAY_STORAGE": f"sqlite:///{folder}/gateway.db",
    }
    with subprocess.Popen(
        command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: _ready(url), 30)
        for number in range(requests):
            known = {"X-Correlation-ID": f"r-{number}"}
            httpx.get(f"{url}/api/v1/vapi/assistants?limit={number % 3 - 1}", headers=known, trust_env=False)
        process.terminate()
        return process.communicate(timeout=40)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_every_request_has_its_line_and_every_line_can_be_read(tmp_path: Path) -> None:
    out, err = served(tmp_path, 60)

    lines = [msgspec.json.decode(line) for line in out.splitlines()]
    asked = {line["correlation_id"]: line["status"] for line in lines if line["correlation_id"].startswith("r-")}
    assert asked == {f"r-{number}": 200 if number % 3 == 2 else 400 for number in range(60)}
    logged = [line for line in err.splitlines() if line.startswith(b"{")]
    assert all(msgspec.json.decode(line)["event"] == "log" for line in logged)

    file = tmp_path / "lines"
    file.write_bytes(out + b"somebody else's line\n")
    pretty = CliRunner().invoke(main, ["logs", "--failed", str(file)]).output.splitlines()
    assert len(pretty) == 41
    assert pretty[-1] == "somebody else's line"
    assert "400" in pretty[0]
    assert "vapi.list_assistants invalid-request" in pretty[0]
    one = CliRunner().invoke(main, ["logs", "--json", "--id", "r-2", "--endpoint", "vapi", str(file)]).output
    assert msgspec.json.decode(one.splitlines()[0])["status"] == 200
