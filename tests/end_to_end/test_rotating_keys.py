"""Vault keys are changed by the guide, step by step, while users call with the secrets that they left here."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests.custody.grants import BOTH, K1, K2, NEW, OLD
from tests.running import ROOT, Running, eventually, running

CONFIG = """\
version: 1
server: {{storage: "sqlite:///{folder}/gateway.db", vault: {{use: local, file: {folder}/vault.keys}}}}
integrations:
  crm:
    base_url: {vendor}
    allow_private: true
    credential: {{use: stored, as: bearer}}
    endpoints:
      whoami: {{route: GET /whoami}}
"""
USERS = [f"user{number}" for number in range(5)]


@contextmanager
def vendor() -> Iterator[str]:
    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

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
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Crowd:
    """Every user calls, and leaves a new secret now and then; `wrong` is what he did not expect."""

    def __init__(self, gateway: Running) -> None:
        self.answered = 0
        self.wrong: list[str] = []
        self._url = gateway.url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(user,)) for user in USERS]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _live(self, user: str) -> None:
        with httpx.Client(base_url=self._url, headers={"x-gateway-user": user}, trust_env=False, timeout=30) as client:
            edition = 0
            while not self._over.is_set():
                if edition % 10 == 0:
                    kept = client.put("/connections/crm", json={"secret": f"secret-of-{user}"})
                    self._expect(kept.status_code in (200, 201), kept)
                edition += 1
                told = client.get("/api/v1/crm/whoami")
                right = told.status_code == 200 and told.json()["came_with"] == f"Bearer secret-of-{user}"
                self._expect(right, told)

    def _expect(self, right: bool, answer: httpx.Response) -> None:
        self.answered += 1
        if not right:
            self.wrong.append(f"{answer.status_code} {answer.text[:200]}")


def rotate(config: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "gateway", "vault", "rotate", "--batch", "5", "-c", str(config)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def reload(gateway: Running) -> None:
    answer = httpx.post(f"{gateway.admin}/admin/reload", trust_env=False, timeout=30)
    assert answer.status_code == 200, answer.text


def test_nobody_notices(tmp_path: Path) -> None:
    ring = tmp_path / "vault.keys"
    ring.write_text(OLD)
    config = tmp_path / "integrations.yaml"
    with vendor() as address:
        config.write_text(CONFIG.format(folder=tmp_path, vendor=address))
        with running(config) as gateway, Crowd(gateway) as crowd:
            went_on(crowd)
            for keys in (f"{K1}\n{K2}", BOTH.replace(",", "\n")):
                ring.write_text(keys)
                reload(gateway)
                went_on(crowd)
            told = rotate(config)
            ring.write_text(NEW)
            reload(gateway)
            went_on(crowd)

    assert (told.returncode, told.stdout) == (0, f"k2  {len(USERS)} records  (seals)\n"), told.stderr
    assert crowd.wrong == []


def went_on(crowd: Crowd) -> None:
    before = crowd.answered
    eventually(lambda: crowd.answered > before + 3 * len(USERS), 30)
