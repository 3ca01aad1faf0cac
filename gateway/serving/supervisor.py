"""Keeps several workers: starts them, replaces one that died, passes signals on, and ends when they have ended."""

import logging
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from gateway.plan import LINK_SECRET
from gateway.serving.folder import shared_folder
from gateway.serving.options import Options
from gateway.serving.signals import SAME_ORDER, STOPPING, Signals, held_back
from gateway.sharing import HUB, Host

logger = logging.getLogger("gateway")

SHORTEST_LIFE = 1.0
"""A worker that dies sooner than this many seconds is not simply started again at once."""
_MARGIN = 5.0
"""Seconds that a worker has beyond its own deadlines, before it is ended the hard way."""
_IN_ORDER = frozenset({0, -signal.SIGTERM})
"""Whoever tells all processes of a group to stop tells a worker twice, perhaps when it has closed already."""


def supervise(options: Options) -> int:
    """Runs `options.workers` workers until it is told to stop; the exit code is 0 if they ended in order."""
    with shared_folder() as folder:
        return _Supervisor(options, folder).run()


class _Supervisor:
    def __init__(self, options: Options, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._born: dict[int, float] = {}
        self._hub = Host(folder)
        self._secret = os.environ.get(LINK_SECRET) or secrets.token_hex(32)
        self._signals = Signals((*STOPPING, signal.SIGHUP, signal.SIGCHLD))

    def run(self) -> int:
        self._hub.start()
        for index in range(self._options.workers):
            self._start(index)
        wait = None
        while not STOPPING & set(heard := self._signals.heard(wait)):
            if signal.SIGHUP in heard:
                self._pass_on(signal.SIGHUP)
            wait = self._replace_dead()
        return self._end()

    def _start(self, index: int) -> None:
        command = [
            sys.executable,
            "-m",
            "gateway.serving",
            str(index),
            msgspec.json.encode(_plain(self._options)).decode(),
            str(self._folder),
        ]
        environ = {
            **os.environ,
            LINK_SECRET: self._secret,
            HUB: self._hub.path,
        }  # not among the arguments, which everybody may read
        with held_back():
            # the pipe ends when this process does, however it does, and a worker that is left alone has to know
            self._workers[index] = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE)  # noqa: S603 - our own module, our own options
        self._born[index] = time.monotonic()

    def _replace_dead(self) -> float | None:
        """Seconds until one that died too soon may be started again; None where nobody waits."""
        waits = []
        for index, worker in list(self._workers.items()):
            if worker.poll() is None:
                continue
            due = self._born[index] + SHORTEST_LIFE - time.monotonic()
            if due > 0:
                waits.append(due)
                continue
            logger.error("worker %d ended with %s and is replaced", index, worker.returncode)
            self._start(index)
        return min(waits, default=None)

    def _pass_on(self, number: int) -> None:
        for worker in self._workers.values():
            worker.send_signal(number)

    def _end(self) -> int:
        """Lets those that run finish; a second signal, or time, ends them at once."""
        left = {index: worker for index, worker in self._workers.items() if worker.poll() is None}
        self._pass_on(signal.SIGTERM)
        began = time.monotonic()
        until = began + self._options.grace + self._options.drain + _MARGIN
        while any(worker.poll() is None for worker in left.values()):
            heard = self._signals.heard(max(0.0, until - time.monotonic()))
            again = STOPPING & set(heard) and time.monotonic() > began + SAME_ORDER
            if again or time.monotonic() >= until:
                self._pass_on(signal.SIGKILL)
        self._hub.stop()
        astray = {index: worker.returncode for index, worker in left.items() if worker.returncode not in _IN_ORDER}
        for index, code in astray.items():
            logger.error("worker %d ended with %s", index, code)
        return 1 if astray else 0


def _plain(options: Options) -> object:
    return msgspec.to_builtins(options, enc_hook=str)
