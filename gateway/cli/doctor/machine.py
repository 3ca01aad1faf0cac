"""The machine: where state is kept, what listens on the ports, the clock, and how many files may be open."""

import asyncio
import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import gateway
from gateway.cli.doctor.redis_server import setup
from gateway.cli.findings import Finding, fail, ok, warn
from gateway.config import Server
from gateway.plan import LINK_SECRET
from gateway.sharing import MEMORY, Redis, read_address

_FILE = "sqlite:///"
_FEW_FILES = 1024
_DAY = 86_400.0
_YEARS = 20 * 365 * _DAY


def machine(server: Server, environ: Mapping[str, str]) -> Iterator[Finding]:
    yield from _storage(server)
    yield from shared_state(server.shared_state, environ)
    port = environ.get("GATEWAY_PORT") or "8000"
    yield _port("requests", environ.get("GATEWAY_HOST") or "127.0.0.1", port, "GATEWAY_PORT or --port")
    host, _, port = (environ.get("GATEWAY_ADMIN_BIND") or "127.0.0.1:8001").rpartition(":")
    yield _port("/admin and /metrics", host.strip("[]"), port, "GATEWAY_ADMIN_BIND or --admin-bind")
    yield clock(time.time(), Path(gateway.__file__).stat().st_mtime)
    yield from _open_files()


def _storage(server: Server) -> Iterator[Finding]:
    if not server.storage.startswith(_FILE):
        yield ok("state is not kept on this machine")
        return
    folder = Path(server.storage.removeprefix(_FILE)).parent
    there = next((one for one in (folder, *folder.parents) if one.exists()), Path())
    try:
        with tempfile.TemporaryFile(dir=there):
            yield ok(f"state is kept in {folder}, which can be {'written to' if there == folder else 'made'}")
    except OSError as refused:
        helps = f"give whoever runs the gateway the right to write to {there.absolute()}, or set `server.storage`"
        yield fail(
            f"state is kept in {folder}, which cannot be written to: {(refused.strerror or 'unknown').lower()}", helps
        )


def shared_state(address: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Asks the redis as a gateway would, where there is one."""
    if address == MEMORY:
        return
    redis = Redis(found := read_address(address))
    trouble = asyncio.run(redis.trouble())
    if trouble is None:
        yield ok(f"{found.name} answers, for shared state")
        yield from setup(address, found.name)
    else:
        helps = "mend it or `server.shared_state`; until then every process decides alone"
        yield fail(f"{found.name}, for shared state: {trouble}", helps)
    if not environ.get(LINK_SECRET):
        helps = "give all gateways the same: what they share is sealed with it, and so are links to further pages"
        yield warn(f"{LINK_SECRET} is not set", helps)


def _port(purpose: str, host: str, port: str, helps: str) -> Finding:
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        return fail(f"{port!r} is no port", f"set {helps}")
    address = f"{f'[{host}]' if ':' in host else host}:{port}"
    try:
        with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(port)))
    except OSError as taken:
        if _alive(address):
            return ok(f"a gateway runs at {address}, for {purpose}")
        return fail(
            f"{address}, for {purpose}: {(taken.strerror or 'unknown').lower()}", f"choose another with {helps}"
        )
    return ok(f"{address} is free, for {purpose}")


def _alive(address: str) -> bool:
    for scheme in ("http", "https"):
        try:
            with build_opener(ProxyHandler({})).open(f"{scheme}://{address}/livez", timeout=2) as answer:
                return bool(answer.read() == b'{"status":"ok"}')
        except (URLError, OSError, ValueError):
            continue
    return False


def clock(now: float, installed: float) -> Finding:
    """Tokens, caches and certificates are wrong where it is."""
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    if installed - _DAY < now < installed + _YEARS:
        return ok(f"the clock says {shown}")
    return fail(f"the clock says {shown}", "set it: this version was not installed at that time")


def _open_files() -> Iterator[Finding]:
    if os.name != "posix":
        return
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < _FEW_FILES:
        yield warn(f"{most} files may be open at a time", "raise it with `ulimit -n 4096`: each request takes two")
    else:
        yield ok(f"{'any number of' if most == resource.RLIM_INFINITY else most} files may be open at a time")
