"""Under load the threads of a worker take turns on a processor, instead of interrupting each other.

A request wakes the threads of the network a few times, and each of them would at once take the processor from Python,
which then finds its caches empty: a fifth of all time. Linux leaves a thread of the class SCHED_BATCH waiting until
whoever runs has to wait himself. Where there is little to do that gains nothing, and would let a single request wait
for other programs, so it is for busy times only.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LOOK = 0.25
"""Seconds between two looks."""
BUSY, IDLE = 0.4, 0.2
"""Of a processor, what the event loop has to take until the others wait, and what it may take until they do not."""

_TASKS = Path("/proc/self/task")
"""The threads of this process."""


class Turns:
    """Of the process of whoever makes it, and of the thread: it is the one that is not to be interrupted.

    `spent` tells the seconds of a processor that this thread has had.
    """

    def __init__(self, clock: Callable[[], float], spent: Callable[[], float] = time.thread_time) -> None:
        self._clock, self._spent = clock, spent
        self._loop_thread = threading.get_native_id()
        self._last = clock(), spent()
        self._taken = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        if _TASKS.is_dir():  # which only Linux has, and so it has the class
            self._timer = asyncio.get_running_loop().call_later(LOOK, self._again)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def look(self) -> None:
        """Decides by what the thread has taken since the last look."""
        (then, had), now, has = self._last, self._clock(), self._spent()
        self._last = now, has
        share = (has - had) / max(now - then, 1e-9)
        if not self._taken and share >= BUSY:
            self._give(os.SCHED_BATCH)
            self._taken = True
        elif self._taken and share <= IDLE:
            self._give(os.SCHED_OTHER)
            self._taken = False

    def _again(self) -> None:
        self.look()
        self._timer = asyncio.get_running_loop().call_later(LOOK, self._again)

    def _give(self, policy: int) -> None:
        for task in _TASKS.iterdir():
            if int(task.name) != self._loop_thread:
                with suppress(OSError):  # it has ended meanwhile, or somebody forbids it: then all is as it was
                    os.sched_setscheduler(int(task.name), policy, os.sched_param(0))
