"""Turns requests away before the process has more to do than it can: what it takes, it answers in time.

The measure is how late the event loop is: by so much it was late for the request that just came, and so late will it be
at each of its further steps. Requests that wait for a vendor cost nothing and make nothing late. In every turn of the
loop the first to come are taken, for as long as LATE; the others are told at once to come again.
"""

import asyncio
from collections.abc import Callable

LOOK = 0.01
"""Seconds between two looks at the clock, which the loop keeps as long as it is not late."""
LATE = 0.015
"""Seconds of lateness that are aimed at; a request takes a handful of steps, each as late as this."""
STANDING = 0.1
"""Seconds of lateness in turn after turn that are still a burst, which passes by itself."""
PAUSE = 0.3
"""Seconds of a single turn that are still a pause: memory is tidied, or another process has the processor."""
FEW = 16
"""So many requests at once are never too many, however late the loop is: something else makes it so."""
QUIET = 50
"""So many looks without a request end the watch."""


class Gate:
    """Asked for each request that comes; it looks at the clock while any come."""

    __slots__ = ("_arrived", "_clock", "_due", "_late_since", "_looking", "_loop", "_quiet")

    _loop: asyncio.AbstractEventLoop

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due = 0.0
        self._arrived = 0
        self._late_since: float | None = None
        self._looking = False
        self._quiet = 0

    def turns_away(self, inside: int) -> bool:
        """`inside` are those that are being served."""
        if not self._looking:
            self._begin()
        self._arrived += 1
        now = self._clock()
        late = now - self._due
        if late <= LATE or inside + self._arrived <= FEW:
            return False
        return late > PAUSE or (self._late_since is not None and now - self._late_since > STANDING)

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._looking = True
        self._quiet = 0
        self._next_look()

    def _next_look(self) -> None:
        self._due = self._clock() + LOOK
        self._loop.call_later(LOOK, self._look)

    def _look(self) -> None:
        if self._clock() - self._due <= LATE:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = self._due
        self._quiet = 0 if self._arrived else self._quiet + 1
        self._arrived = 0
        if self._quiet < QUIET:
            self._next_look()
        else:
            self._looking = False
            self._late_since = None
