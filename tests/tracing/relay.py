"""A real collector between a gateway and the one that can be looked into: rotel, which passes on what it understood."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import httpx
import msgspec

from tests.running import free_port

READY = 15.0


class Relay(msgspec.Struct, frozen=True):
    """Where it listens."""

    http: str
    grpc: str


@contextmanager
def relay(behind: str) -> Iterator[Relay]:
    """`behind` is where it sends what it got, over HTTP."""
    web, remote = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [str(files("rotel") / "rotel-agent"), "start", "--pid-file", f"{folder}/pid"]
        command += ["--otlp-http-endpoint", f"127.0.0.1:{web}", "--otlp-grpc-endpoint", f"127.0.0.1:{remote}"]
        command += ["--exporter", "otlp", "--otlp-exporter-endpoint", behind, "--otlp-exporter-protocol", "http"]
        command += ["--batch-timeout", "20ms"]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, env={}, stdout=log, stderr=log, start_new_session=True)
        try:
            _await(process, f"http://127.0.0.1:{web}", Path(folder) / "log")
            yield Relay(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{remote}")
        finally:
            process.terminate()
            process.wait(30)


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(url, trust_env=False, timeout=1)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the collector did not begin: {log.read_text()}")
