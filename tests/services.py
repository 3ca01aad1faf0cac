"""Real servers for tests: a redis of Debian's on a free port, in a folder of its own, ended by its id."""

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.running import free_port

READY = 15.0
"""Seconds that a server may take to answer; it takes a few hundredths."""


class Redis:
    """A redis-server that can be hurt: killed, started again on the same port, frozen and thawed."""

    def __init__(
        self, folder: Path, *, password: str, maxmemory: str, persistent: bool, certificate: Path | None
    ) -> None:
        self._folder = folder
        self._flags = ["--dir", str(folder), "--save", "", "--appendonly", "yes" if persistent else "no"]
        self._flags += ["--appendfsync", "always", "--unixsocket", str(folder / "redis.sock")]
        self._flags += ["--logfile", str(folder / "redis.log")]
        self._flags += ["--requirepass", password] if password else []
        self._flags += ["--maxmemory", maxmemory, "--maxmemory-policy", "noeviction"] if maxmemory else []
        self.tls_port = free_port() if certificate else 0
        if certificate:
            self._flags += ["--tls-port", str(self.tls_port), "--tls-auth-clients", "no"]
            self._flags += ["--tls-cert-file", str(certificate), "--tls-key-file", str(certificate)]
        self._password = password
        self._user = f":{quote(password, safe='')}@" if password else ""
        self.port = free_port()
        self.process = self._launched()

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def url(self) -> str:
        return f"redis://{self._user}127.0.0.1:{self.port}/0"

    @property
    def tls_url(self) -> str:
        """Where there is a certificate, which has to be of 127.0.0.1."""
        return f"rediss://{self._user}127.0.0.1:{self.tls_port}/0"

    @property
    def unix_url(self) -> str:
        return f"unix://{self._user}{self._folder}/redis.sock"

    def start(self) -> None:
        """Once more, on the same port; with nothing in it unless it is persistent."""
        self.process = self._launched()

    def kill(self) -> None:
        """SIGKILL, which also ends one that is frozen."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Connections stay, and nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """One command, on a connection of its own; what is answered, as it comes over the wire."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=READY) as connection:
            for command in ([("AUTH", self._password)] if self._password else []) + [words]:
                connection.sendall(_wire(command))
                answer = connection.recv(65536)
        return answer

    def _launched(self) -> "subprocess.Popen[bytes]":
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", *self._flags]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            self._await(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process

    def _await(self, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + READY
        while time.monotonic() < until:
            if process.poll() is not None:
                raise AssertionError(f"redis-server ended early: {(self._folder / 'redis.log').read_text()}")
            try:
                if self.ask("PING").startswith(b"+PONG"):
                    return
            except OSError:
                time.sleep(0.01)
        raise AssertionError(f"redis-server does not answer after {READY} seconds")


@contextmanager
def redis_server(
    *, password: str = "", maxmemory: str = "", persistent: bool = False, certificate: Path | None = None
) -> Iterator[Redis]:
    """A redis that answers; `maxmemory` as redis writes it (`3mb`), and then nothing is evicted: it is full.

    `certificate` is a file with a certificate and its key: it is served by TLS too, then.
    """
    with tempfile.TemporaryDirectory(prefix="gateway-redis-") as folder:
        server = Redis(
            Path(folder), password=password, maxmemory=maxmemory, persistent=persistent, certificate=certificate
        )
        try:
            yield server
        finally:
            server.kill()


def _wire(words: "tuple[str, ...]") -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
