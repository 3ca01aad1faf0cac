"""Tells what has been there for too long.

One timer serves all that waits equally long: a timer of its own would cost a request more than most stages do.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

GRAIN = 1e-6
"""Seconds by which a loop's timer may come early, by rounding."""


class Overdue(Generic[T]):
    """What is added and not discarded within `seconds` is told, once; all of one time belongs to one event loop."""

    __slots__ = ("_seconds", "_tell", "_timer", "_until", "loop")

    loop: asyncio.AbstractEventLoop
    """Known while something waits; asked for where nothing does, since that is a system call in Python 3.11."""

    def __init__(self, seconds: float, tell: Callable[[T], None]) -> None:
        self._seconds = seconds
        self._tell = tell
        self._until: dict[T, float] = {}  # in the order of time, since all wait equally long
        self._timer: asyncio.TimerHandle | None = None

    def add(self, item: T) -> None:
        if self._timer is None:
            self.loop = asyncio.get_running_loop()
            self._timer = self.loop.call_later(self._seconds, self._look)
        self._until[item] = self.loop.time() + self._seconds

    def discard(self, item: T) -> None:
        """Also what was told already."""
        self._until.pop(item, None)
        if not self._until and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = self.loop.time() + GRAIN
        for item in [item for item, until in self._until.items() if until <= now]:
            del self._until[item]
            self._tell(item)
        first = next(iter(self._until.values()), None)
        self._timer = None if first is None else self.loop.call_at(first, self._look)
