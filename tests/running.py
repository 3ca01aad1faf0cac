"""A real gateway for tests: the command itself, in a process of its own, on free ports, ended by its id."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import msgspec

from tests.truthful import TruthfulClient

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "integrations.yaml"
UNGIVEN = range(10_000, 32_768)  # below those that Linux gives to outgoing connections and to listeners on port 0
VAULT_KEYS = "tests:" + "A" * 43 + "="


class Running(msgspec.Struct, frozen=True):
    """Where it listens, and the process that listens there."""

    url: str
    admin: str
    process: "subprocess.Popen[str]"

    def client(self, *, untold: str = "") -> httpx.Client:
        """Fails on any answer that is not in the gateway's document, unless `untold` says why one may come."""
        if untold:
            return httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        return TruthfulClient(self.url)

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)


def free_port() -> int:
    """A port that nobody has, and that the system gives to nobody who asks it for any before it is listened on."""
    while True:
        port = secrets.choice(UNGIVEN)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def running(
    config: Path = SHIPPED,
    environ: Mapping[str, str] | None = None,
    *flags: str,
    python: Path | str = sys.executable,
    cwd: Path = ROOT,
    lines: Path = Path(os.devnull),
) -> Iterator[Running]:
    """Serves `config`; `environ` is laid over a clean environment. If it ends early, this fails with what it said.

    Its access lines go to the file `lines`. What the shipped config stores lies in a folder of its own, sealed with a
    key that is no secret.
    """
    port, admin = free_port(), free_port()
    command = [str(python), "-m", "gateway", "serve", "-c", str(config), "--port", str(port)]
    command += ["--admin-bind", f"127.0.0.1:{admin}", "--grace", "0", *flags]
    storage = tempfile.TemporaryDirectory()
    clean = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "GATEWAY_STORAGE": f"sqlite:///{storage.name}/gateway.db",
        "GATEWAY_VAULT_KEYS": VAULT_KEYS,
    }
    with lines.open("wb") as written:
        process = subprocess.Popen(
            command,
            env={**clean, **(environ or {})},
            cwd=cwd,
            stdout=written,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    gateway = Running(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin}", process)
    try:
        _await_ready(gateway, gateway.url)
        if "--admin-bind" not in flags:  # which another worker may have, and that a moment later
            _await_ready(gateway, gateway.admin)
        yield gateway
    finally:
        process.terminate()
        try:
            process.communicate(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        storage.cleanup()


def _await_ready(gateway: Running, url: str) -> None:
    until = time.monotonic() + 30
    while True:
        if gateway.process.poll() is not None:
            raise AssertionError(f"the gateway ended early: {gateway.process.communicate()[1]}")
        try:
            if httpx.get(f"{url}/readyz", trust_env=False, timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > until:
            raise AssertionError("the gateway is not ready after 30 seconds")
        time.sleep(0.05)


def eventually(check: "object", seconds: float = 10) -> None:
    """Waits until `check()` is true; a test that needs it says what it waits for by the name of the function."""
    assert callable(check)
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, f"{getattr(check, '__name__', check)} did not come true within {seconds} s"
        time.sleep(0.02)
