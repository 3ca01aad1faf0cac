"""A real PostgreSQL for tests: Debian's, on a free port, in a folder of its own, ended by its id."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running import free_port

READY = 30.0
BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), Path("/usr/bin"))
FAST = "fsync=off", "synchronous_commit=off", "full_page_writes=off"
"""Tests that pull the plug ask for `durable`."""


class Postgres:
    """A server that can be hurt: killed, started again on the same port, frozen and thawed."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._durable = durable
        self.port = free_port()
        self._run("initdb", "-D", str(folder / "data"), "-U", "gateway", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.process = self._launched()

    @property
    def url(self) -> str:
        return f"postgresql://gateway@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self.process = self._launched()

    def stop(self) -> None:
        """At once, as by an administrator in a hurry; what was committed stays."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def kill(self) -> None:
        """SIGKILL of the server and of everything that it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def database(self, name: str) -> str:
        """A new, empty database; gives its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "gateway", name)
        return self.url.removesuffix("postgres") + name

    def _launched(self) -> "subprocess.Popen[bytes]":
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}", f"port={self.port}"]
        settings += [] if self._durable else FAST
        command = [str(BINARIES / "postgres"), "-D", str(self._folder / "data")]
        command += [word for setting in settings for word in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stderr=log, stdout=log, start_new_session=True, user=_owner())
        until = time.monotonic() + READY
        while not self._ready():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"postgres does not answer: {(self._folder / 'log').read_text()}")
            time.sleep(0.05)
        return process

    def _ready(self) -> bool:
        command = [str(BINARIES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *words: str) -> None:
        command = [str(BINARIES / program), *words]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, user=_owner())
        assert done.returncode == 0, done.stderr


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[Postgres]:
    """A server that answers; without `durable` it is fast and forgets what a power cut would take."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-postgres-"))
    if (owner := _owner()) is not None:
        shutil.chown(folder, owner, owner)
    try:
        server = Postgres(folder, durable=durable)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.stop()
    finally:
        shutil.rmtree(folder)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root, and Debian's package brings a user for it."""
    return pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
