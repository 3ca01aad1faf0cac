"""Keeps several workers: starts them, replaces one that died, passes signals on, and ends when they have ended."""

import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

import msgspec

from gateway.plan import LINK_SECRET
from gateway.serving.options import Options

logger = logging.getLogger("gateway")

SHORTEST_LIFE = 1.0
"""A worker that dies sooner than this many seconds is not simply started again at once."""

_IN_ORDER = frozenset({0, -signal.SIGTERM})
"""One that was only just starting has nothing to finish, and ends by the signal itself."""


def supervise(options: Options) -> int:
    """Runs `options.workers` workers until it is told to stop; the exit code is 0 if they ended in order."""
    return _Supervisor(options).run()


class _Supervisor:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._born: dict[int, float] = {}
        self._stop = threading.Event()
        self._secret = os.environ.get(LINK_SECRET) or secrets.token_hex(32)

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        for index in range(self._options.workers):
            self._start(index)
        while not self._stop.wait(0.2):
            self._replace_dead()
        return self._end()

    def _start(self, index: int) -> None:
        command = [
            sys.executable,
            "-m",
            "gateway.serving",
            str(index),
            msgspec.json.encode(_plain(self._options)).decode(),
        ]
        environ = {**os.environ, LINK_SECRET: self._secret}  # not among the arguments, which everybody may read
        # Before a worker can reload, a SIGHUP would end it: it is born with the signal held back, and takes it later.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            self._workers[index] = subprocess.Popen(command, env=environ)  # noqa: S603 - our own module, our own options
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        self._born[index] = time.monotonic()

    def _replace_dead(self) -> None:
        for index, worker in list(self._workers.items()):
            if worker.poll() is None:
                continue
            logger.error("worker %d ended with %s and is replaced", index, worker.returncode)
            lived = time.monotonic() - self._born[index]
            if lived < SHORTEST_LIFE:
                self._stop.wait(SHORTEST_LIFE)
            if not self._stop.is_set():
                self._start(index)

    def _on_stop(self, number: int, _: FrameType | None) -> None:
        self._stop.set()

    def _on_reload(self, number: int, _: FrameType | None) -> None:
        for worker in self._workers.values():
            worker.send_signal(signal.SIGHUP)

    def _end(self) -> int:
        for worker in self._workers.values():
            worker.terminate()
        codes = {index: self._wait(worker) for index, worker in self._workers.items()}
        astray = {index: code for index, code in codes.items() if code not in _IN_ORDER}
        for index, code in astray.items():
            logger.error("worker %d ended with %s", index, code)
        return 1 if astray else 0

    def _wait(self, worker: subprocess.Popen[bytes]) -> int:
        try:
            return worker.wait(self._options.drain + 5)
        except subprocess.TimeoutExpired:
            worker.kill()
            return worker.wait()


def _plain(options: Options) -> object:
    return msgspec.to_builtins(options, enc_hook=str)
