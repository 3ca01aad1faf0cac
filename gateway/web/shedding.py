"""Turns requests away before the process has more to do than it can: what it takes, it answers in time.

The measure is how late the event loop is. Requests that wait for a vendor cost nothing and do not count; work that
queues makes every step of every request late, and nothing else shows that as early. How many requests may be inside
follows from it: fewer while the loop is late, more as long as it is not.
"""

import asyncio
from collections.abc import Callable

BUSY = 64
"""So many requests at once are never too many, however late the loop is: something else on the machine makes it so."""
LOOK = 0.01
"""Seconds between two looks at how late it is."""
LATE = 0.03
"""Seconds of lateness that are aimed at; a request takes a handful of steps, each as late as this."""
STANDING = 0.1
"""Seconds of lateness without a break that are still a burst, which passes by itself."""
MOST_CUT = 0.9
GROWTH = 1.05
"""By how much the number changes between two looks."""
CALM = 50
"""So many looks in a row at which it is not late, and nobody turned away, end the watch."""
NO_LIMIT = float("inf")


class Gate:
    """Knows how many may be inside; `inside` tells how many are. As a rule there is no limit and nobody looks."""

    __slots__ = ("_calm", "_due", "_inside", "_late_since", "_limit", "_looking", "_loop", "_refused")

    _loop: asyncio.AbstractEventLoop

    def __init__(self, inside: Callable[[], int]) -> None:
        self._inside = inside
        self._limit = NO_LIMIT
        self._due = 0.0
        self._late_since: float | None = None
        self._looking = self._refused = False
        self._calm = 0

    def full(self) -> bool:
        """Whether the one who comes now is turned away; asked only when there are more than BUSY inside."""
        if not self._looking:
            self._looking = True
            self._calm = 0
            self._loop = asyncio.get_running_loop()
            self._look_again()
        if self._inside() <= self._limit:
            return False
        self._refused = True
        return True

    def _look_again(self) -> None:
        self._due = self._loop.time() + LOOK
        self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        self._judge(now, now - self._due)
        if self._calm < CALM:
            self._look_again()
        else:
            self._limit = NO_LIMIT
            self._looking = False

    def _judge(self, now: float, late: float) -> None:
        refused, self._refused = self._refused, False
        if late <= LATE:
            self._late_since = None
            self._calm = 0 if refused else self._calm + 1
            if refused:
                self._limit *= GROWTH
            return
        self._calm = 0
        if self._late_since is None:
            self._late_since = now - late
        if self._limit is not NO_LIMIT or now - self._late_since > STANDING + late:
            self._limit = max(BUSY, min(self._limit, self._inside()) * max(MOST_CUT, LATE / late))
