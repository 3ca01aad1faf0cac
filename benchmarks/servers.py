"""What can be measured: how each server is started, where it is asked, and that it ends."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template

import msgspec

from benchmarks.machine import Cores, pinned, said

HERE = Path(__file__).parent
RIVALS = HERE / "rivals"
ITEM = "/items/7"
STARTING = 30.0
"""Seconds that a server may take until it answers."""

DOCUMENT = json.dumps(
    {
        "id": "7",
        "object": "item",
        "items": [{"id": n, "name": f"item {n}", "price": 10 * n, "tags": ["red", "round"]} for n in range(17)],
    }
)
"""1.2 kB, as a vendor's usual answer."""


class Place(msgspec.Struct, frozen=True):
    """Where a server is started: its port, a folder of its own, its upstream, the rivals' environment."""

    port: int
    folder: Path
    upstream: str
    rivals: Path

    def write(self, template: str, **values: str) -> str:
        """A config file of its own, from one in the rivals' folder; gives its path."""
        text = Template((RIVALS / template).read_text()).safe_substitute(
            values, port=str(self.port), folder=str(self.folder), upstream=self.upstream
        )
        target = self.folder / template
        target.write_text(text)
        return str(target)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """`program` must be there, in the rivals' environment if it is a rival; `version` says which one it is."""

    name: str
    program: str
    command: Callable[[Place], list[str]]
    version: tuple[str, ...] = ()
    path: str = ITEM
    environ: Callable[[Place], Mapping[str, str]] = lambda place: {}

    def found(self, rivals: Path) -> str | None:
        return shutil.which(self.program, path=os.pathsep.join([str(rivals / "bin"), os.environ["PATH"], "/usr/sbin"]))

    def release(self, rivals: Path) -> str:
        found = self.found(rivals)
        return said(found, *self.version) if found is not None and self.version else ""


class Started(msgspec.Struct, frozen=True):
    """A server that answers."""

    url: str
    process: "subprocess.Popen[bytes]"


def _nginx(role: str) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        text = Template(role).safe_substitute(
            port=str(place.port), upstream=place.upstream.removeprefix("http://"), document=DOCUMENT
        )
        config = place.write("nginx.conf", role=text)
        return ["nginx", "-e", str(place.folder / "error.log"), "-p", str(place.folder), "-c", config]

    return command


def _gateway(place: Place) -> list[str]:
    admin = free_port()
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(HERE / "gateway.yaml"), "--port", str(place.port)]
    return [*command, "--admin-bind", f"127.0.0.1:{admin}"]


def _traced(place: Place) -> Mapping[str, str]:
    """One request in ten is traced; the upstream says yes to whatever it is sent, spans too."""
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": place.upstream, "OTEL_TRACES_SAMPLER_ARG": "0.1"}


def _handwritten(place: Place) -> list[str]:
    flags = ["--port", str(place.port), "--no-access-log", "--log-level", "warning", "--loop", "uvloop"]
    return [str(place.rivals / "bin" / "uvicorn"), "--app-dir", str(RIVALS), "handwritten:app", *flags]


def _traefik(place: Place) -> list[str]:
    return [
        str(place.rivals / "bin" / "traefik"),
        f"--entrypoints.web.address=127.0.0.1:{place.port}",
        f"--providers.file.filename={place.write('traefik.yaml')}",
        "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
        "--log.level=ERROR",
    ]


def _caddy(place: Place) -> list[str]:
    return [str(place.rivals / "bin" / "caddy"), "run", "--config", place.write("Caddyfile"), "--adapter", "caddyfile"]


UPSTREAM = Server(
    name="upstream itself",
    program="nginx",
    command=_nginx(
        "server { listen 127.0.0.1:$port; location / { default_type application/json; return 200 '$document'; } }"
    ),
    version=("-v",),
)
GATEWAY = Server(name="gateway", program=sys.executable, command=_gateway, path=f"/api/v1/bench{ITEM}", environ=_traced)
CACHED = msgspec.structs.replace(GATEWAY, name="gateway, cached", path="/api/v1/bench/kept/7")
HANDWRITTEN = Server(name="FastAPI + httpx", program="uvicorn", command=_handwritten, version=("--version",))
TRAEFIK = Server(name="Traefik", program="traefik", command=_traefik, version=("version",))
CADDY = Server(name="Caddy", program="caddy", command=_caddy, version=("version",))
NGINX = Server(
    name="nginx",
    program="nginx",
    command=_nginx(
        "upstream vendor { server $upstream; keepalive 64; keepalive_requests 100000000; } "
        "server { listen 127.0.0.1:$port; location / { proxy_pass http://vendor; proxy_http_version 1.1; "
        "proxy_set_header Connection ''; } }"
    ),
)
COMPARED = (HANDWRITTEN, TRAEFIK, CADDY, NGINX)
"""With what the gateway is compared: no policies; breaker, retry and rate limit; retry; nothing."""


@contextmanager
def serving(server: Server, cores: Cores, upstream: str, rivals: Path) -> Iterator[Started]:
    """The server, answering, on its core; it is ended by its id, and its folder is gone."""
    core = cores.load if server is UPSTREAM else cores.server
    with tempfile.TemporaryDirectory() as folder:
        place = Place(free_port(), Path(folder), upstream, rivals)
        command = pinned(server.command(place), core)
        log = Path(folder) / "said"
        with log.open("wb") as output:
            environ = {**_environ(place), **server.environ(place)}
            process = subprocess.Popen(
                command, env=environ, stdout=output, stderr=output, cwd=HERE.parent, start_new_session=True
            )
        started = Started(f"http://127.0.0.1:{place.port}{server.path}", process)
        try:
            _await_answer(server.name, started, log)
            yield started
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environ(place: Place) -> Mapping[str, str]:
    """Nothing of the operator's own environment but where programs are; what a rival stores goes with its folder."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "BENCH_UPSTREAM": place.upstream, "HOME": str(place.folder)}


def _await_answer(name: str, started: Started, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + STARTING
    while True:
        if started.process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{name} does not answer: {log.read_text()}")
        try:
            with opener.open(started.url, timeout=5) as answer:
                if answer.read() == DOCUMENT.encode():
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)


def free_port() -> int:
    """One below those that the system gives to connections that a load opens meanwhile."""
    while True:
        port = secrets.choice(range(10_000, 32_768))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
