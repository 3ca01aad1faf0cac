"""Takes finished requests off the path of those that are not, and tells everybody who wants to know of them.

A request is answered first. What it leaves behind is told shortly after, several at a time, since a loop over sixty
costs each of them less than a call of its own.
"""

import asyncio
import logging
from collections.abc import Sequence
from operator import attrgetter

from gateway.contract import Finished, Observe

logger = logging.getLogger("gateway")

SOON = 0.02
"""Seconds until a request that came alone is told of."""
OPERATION = attrgetter("operation")
"""By which a batch falls into runs of one endpoint, for whoever looks something up for each."""
MOST = 64
"""So many at a time hold up the loop for about a millisecond."""


class Observing:
    """`observers` are told in their order; one that fails is heard of in the log, and the others are told all the
    same.
    """

    __slots__ = ("_due", "_loop", "_observers", "_waiting")

    _loop: asyncio.AbstractEventLoop

    def __init__(self, observers: Sequence[Observe] = ()) -> None:
        self._observers = observers
        self._waiting: list[Finished] = []
        self._due = False

    def add(self, finished: Finished) -> None:
        self._waiting.append(finished)
        if not self._due:
            self._due = True
            self._loop = asyncio.get_running_loop()
            self._loop.call_later(SOON, self._next)

    def close(self) -> None:
        """Tells what has not been told yet, and lets everybody finish."""
        while self._waiting:
            self._tell()
        for observe in self._observers:
            stop = getattr(observe, "stop", None)
            if stop is not None:
                stop()

    def _next(self) -> None:
        self._tell()
        if len(self._waiting) >= MOST:
            self._loop.call_soon(self._next)
        elif self._waiting:
            self._loop.call_later(SOON, self._next)
        else:
            self._due = False

    def _tell(self) -> None:
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        for observe in self._observers:
            try:
                observe(batch)
            except Exception:  # an edge too: whoever watches must not break what it watches
                logger.exception("%d requests could not be told of", len(batch))
