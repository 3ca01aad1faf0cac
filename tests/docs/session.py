"""Runs the console blocks of a page as a reader would: one shell, in order, in an empty folder.

A line that begins with `$ ` is typed, those that follow are what has to be seen, where `…` stands for anything. What
serves goes on until something else serves, or the page ends; what ends with `&` is a vendor of the reader's own, at
port 9000, and goes on beside. The ports 8000, 8001 and 9000 of the docs are free ones here.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.running import eventually, free_port

SECONDS = 120
_OWN = ("GATEWAY_", "INTEGRATIONS_")
_MAKE_SERVE = "INTEGRATIONS_STUB_MODE=${INTEGRATIONS_STUB_MODE-true} gateway serve"
"""What the Makefile does once everything is installed."""


class Step(msgspec.Struct, frozen=True):
    """A command, and the lines that are to be seen."""

    command: str
    expected: tuple[str, ...]


def steps(text: str) -> Iterator[Step]:
    """The commands of a console block; one that ends with a backslash goes on in the next line."""
    command = ""
    seen: list[str] = []
    for line in text.splitlines():
        if command.endswith("\\"):
            command = f"{command}\n{line}"
        elif line.startswith("$ "):
            if command:
                yield Step(command, tuple(seen))
            command, seen = line.removeprefix("$ "), []
        else:
            seen.append(line)
    if command:
        yield Step(command, tuple(seen))


def fits(seen: str, expected: tuple[str, ...]) -> bool:
    """Whether what was seen is what the page says."""
    pattern = re.escape("\n".join(expected).strip()).replace("…", ".*?")
    return not expected or re.search(pattern, seen.strip(), re.DOTALL) is not None


class Session:
    """A bash in `folder`; what one command exports, the next one knows."""

    def __init__(self, folder: Path) -> None:
        self._port, self._admin, self._vendor = str(free_port()), str(free_port()), str(free_port())
        self._folder = folder
        self._state = folder / ".session"
        self._serving: subprocess.Popen[str] | None = None
        self._beside: list[subprocess.Popen[str]] = []
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
        self._environ = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GATEWAY_GRACE": "0",
            "GATEWAY_PORT": self._port,
            "GATEWAY_ADMIN_BIND": f"127.0.0.1:{self._admin}",
        }

    def type(self, command: str) -> str:
        """What the command says, on stdout and stderr; of one that serves, nothing, once it listens."""
        command = self.here(command)
        command = command.replace(".venv/bin/", "").replace("make serve", _MAKE_SERVE)
        if "gateway serve" in command:
            self._serve(command)
            return ""
        if command.endswith(" &"):
            self._begin(command.removesuffix(" &"))
            return ""
        script = f"{self._known()}{command}\nstatus=$?; export -p > {self._state}; exit $status"
        done = self._bash(script, subprocess.PIPE, subprocess.STDOUT)
        return done.communicate(timeout=SECONDS)[0].replace(self._port, "8000").replace(self._admin, "8001")

    def here(self, text: str) -> str:
        """The text with the ports that are free here."""
        text = text.replace(":8000", f":{self._port}").replace(":8001", f":{self._admin}")
        return text.replace("9000", self._vendor)

    def end(self) -> None:
        """Ends everything."""
        self.close()
        for process in self._beside:
            process.terminate()
            process.communicate(timeout=SECONDS)

    def close(self) -> None:
        """Ends what serves."""
        if self._serving is not None:
            os.killpg(self._serving.pid, signal.SIGTERM)
            self._serving.communicate(timeout=SECONDS)
            self._serving = None

    def _serve(self, command: str) -> None:
        self.close()
        setting, _, serve = command.rpartition("gateway serve")
        script = f"{self._known()}{setting} exec gateway serve{serve}"
        self._serving = self._bash(script, subprocess.DEVNULL, subprocess.PIPE)
        eventually(self._listening, 30)

    def _begin(self, command: str) -> None:
        self._beside.append(self._bash(f"{self._known()}exec {command}", subprocess.DEVNULL, subprocess.DEVNULL))
        eventually(lambda: _listens(self._vendor), 30)

    def _bash(self, script: str, out: int, err: int) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["bash", "-c", script], cwd=self._folder, env=self._environ, text=True, start_new_session=True, stdout=out,
            stderr=err,
        )  # fmt: skip

    def _known(self) -> str:
        return f"[ -f {self._state} ] && . {self._state}\n"

    def _listening(self) -> bool:
        assert self._serving is not None
        if self._serving.poll() is not None:
            raise AssertionError(f"the gateway ended early: {self._serving.communicate()[1]}")
        return _listens(self._port)


def _listens(port: str) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(port))) == 0


@contextmanager
def session(folder: Path) -> Iterator[Session]:
    one = Session(folder)
    try:
        yield one
    finally:
        one.end()
