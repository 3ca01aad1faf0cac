"""The processes of a soak: redis, the vendor and the gateway, each ready before the next, and ended by its id."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec

from benchmarks.servers import STARTING, free_port

HERE = Path(__file__).parent
CHANGING = re.compile(r"changing_\d+")


class Soaked(msgspec.Struct, frozen=True):
    """Where everything listens, and the gateway's process; `keys` are those of its callers."""

    port: int
    admin: int
    vendor: int
    redis: int
    process: "subprocess.Popen[bytes]"
    config: Path
    log: Path
    keys: tuple[str, ...]

    def change(self, number: int, *, wrong: bool = False) -> None:
        """The config as it would be after somebody has worked on it."""
        text = CHANGING.sub(f"changing_{number}", self.config.read_text())
        before, _, _ = text.partition("\nnonsense:")
        self.config.write_text(before.rstrip() + ("\nnonsense: true\n" if wrong else "\n"))


@contextmanager
def soaked(workers: int, callers: int) -> Iterator[Soaked]:
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as name, ExitStack() as stack:
        folder, (port, admin, vendor, redis) = Path(name), (free_port() for _ in range(4))
        config = folder / "gateway.yaml"
        config.write_text((HERE / "gateway.yaml").read_text())
        environ = _environ(folder, vendor, redis)
        started = _Starter(folder, environ, stack)
        started("redis", ["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--dir", name],
                lambda: _listens(redis))  # fmt: skip
        started("vendor", [sys.executable, "-m", "benchmarks.soak.vendor", str(vendor)], lambda: _listens(vendor))
        keys = tuple(_key(f"caller-{number}", config, environ) for number in range(callers))
        command = [sys.executable, "-m", "gateway", "serve", "-c", str(config), "--port", str(port), "--grace", "0"]
        command += ["--admin-bind", f"127.0.0.1:{admin}", "--workers", str(workers)]
        gateway = started("gateway", command, lambda: _listens(port) and _listens(admin))
        yield Soaked(port, admin, vendor, redis, gateway, config, folder / "gateway.log", keys)


class _Starter:
    """Starts a process, waits until it is `ready`, and ends it with the stack."""

    def __init__(self, folder: Path, environ: Mapping[str, str], stack: ExitStack) -> None:
        self._folder = folder
        self._environ = environ
        self._stack = stack

    def __call__(self, name: str, command: list[str], ready: Callable[[], bool]) -> "subprocess.Popen[bytes]":
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=self._environ, stdout=output, stderr=output, cwd=HERE.parents[1], start_new_session=True
            )
        self._stack.callback(_end, process)
        until = time.monotonic() + STARTING
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{name} does not start: {log.read_text()}")
            time.sleep(0.02)
        return process


def _environ(folder: Path, vendor: int, redis: int) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {
        **kept,
        "SOAK_VENDOR": f"http://127.0.0.1:{vendor}",
        "SOAK_SHARED": f"redis://127.0.0.1:{redis}/0",
        "SOAK_STORAGE": f"sqlite:///{folder}/gateway.db",
        "GATEWAY_LINK_SECRET": "a secret of the soak's own, which is long enough",
    }


def _key(name: str, config: Path, environ: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "gateway", "keys", "create", name, "-c", str(config), "--scope", "*"]
    command += ["--scope", "act-as"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=HERE.parents[1])
    if done.returncode:
        raise RuntimeError(f"no key can be made: {done.stderr}")
    return done.stdout.strip()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
