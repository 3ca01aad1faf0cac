"""Loads hostile configs, each in a process of its own: how it ends, how long it takes, how much memory it needs.

The process is a fork of this one, so that the modules are there already and only the loading is measured.
"""

import os
import resource
import select
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.diagnostics import InvalidConfig, render_concise
from gateway.reporting.text import render_text
from tests.gateway.mistakes import examined, installed

SECONDS = 1.0
MEGABYTES = 200
PATIENCE = 5
"""Times as long as promised before it counts as broken: a slow or busy machine is no bug."""

_HANGS = 30
"""Seconds by the clock until a process is ended."""

ENVIRON = {"A": "1"}
_CONFIG = "this-one"
_SPACE = 2_000_000_000


class Outcome(NamedTuple):
    """`ended` is `accepted`, `refused`, or what went wrong."""

    name: str
    ended: str
    seconds: float
    megabytes: float

    @property
    def wrong(self) -> str:
        """What promise is broken; empty where none is."""
        if self.ended not in ("accepted", "refused"):
            return self.ended
        if self.seconds > SECONDS * PATIENCE:
            return f"took {self.seconds:.1f} s"
        return f"took {self.megabytes:.0f} MB" if self.megabytes > MEGABYTES else ""


def outcomes(cases: Iterable[tuple[str, Callable[[Path], Path]]], folder: Path) -> Iterator[Outcome]:
    """A case lays its files into an empty folder, and gives the config among them."""
    installed()
    for number, (name, lay) in enumerate(cases):
        own = folder / str(number)
        own.mkdir()
        yield guarded(name, laid(lay, own))
        shutil.rmtree(own)


def laid(lay: Callable[[Path], Path], folder: Path) -> Path:
    """Has another process make the files: what that takes stays out of what is measured."""
    child = os.fork()
    if child == 0:
        (folder / _CONFIG).symlink_to(lay(folder))
        os._exit(0)
    os.waitpid(child, 0)
    return (folder / _CONFIG).readlink()


def guarded(name: str, config: Path) -> Outcome:
    """Loads one config in a fork of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _load(config, writing)
    os.close(writing)
    told = _told(reading, child)
    _, status, usage = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        told = f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return Outcome(name, told or f"exit {status}", usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _told(reading: int, child: int) -> str:
    ready, _, _ = select.select([reading], [], [], _HANGS)
    if not ready:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as stream:
        return stream.read().decode("utf-8", "replace")


def _load(config: Path, writing: int) -> None:
    """Never returns: the fork ends here, whatever comes."""
    resource.setrlimit(resource.RLIMIT_AS, (_SPACE, _SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    told = "accepted"
    try:
        told = _examined(config)
    except BaseException as error:  # noqa: BLE001 - any that gets here is the bug that is looked for
        told = "".join(traceback.format_exception(error))[-1500:]
    os.write(writing, told.encode("utf-8", "replace"))
    os._exit(0)


def _examined(config: Path) -> str:
    """Says what is wrong too: a message that cannot be written is a crash as well."""
    try:
        problems = examined(config, ENVIRON)
    except InvalidConfig as invalid:
        problems = invalid.problems
    text = config.read_bytes()[:100_000].decode("utf-8", "replace") if config.is_file() else ""
    for problem in problems[:50]:
        render_concise(problem)
        render_text(problem, text)
    return "refused" if any(problem.severity == "error" for problem in problems) else "accepted"
