"""Places that several processes have in common: a process keeps one for a moment after its call, for the next.

So under steady load nobody is asked, and what one process does not need any more the others have soon. A place of a
process that died comes free when its lease ends; a stream that lasts longer than that is not counted by the others.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable

from gateway import NotShared, Shared

LEASE = 120.0
"""Seconds for which a place is taken."""
LONG_ENOUGH = 60.0
"""Seconds that a lease must still have for another call to begin on it."""
KEPT = 0.5
"""Seconds for which a place that is not used is kept for the next call."""
LOOK = 0.05
"""Seconds between two looks for a place where all are taken elsewhere."""
ALONE = ""
"""The owner of a place that nobody could be asked for."""


class SharedPlaces:
    """The places of one limit, as far as this process has them; each has an owner's name."""

    def __init__(
        self,
        shared: Shared,
        name: str,
        concurrent: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._shared = shared
        self._name = name
        self._concurrent = concurrent
        self._clock = clock
        self._sleep = sleep
        self._me = secrets.token_hex(4)
        self._number = 0
        self._until: dict[str, float] = {}
        self._idle: deque[tuple[str, float]] = deque()  # the one that was used last at the end
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    def idle(self) -> bool:
        return not self._until

    def use(self) -> str | None:
        """A place that this process has and does not use; None where there is none."""
        if not self._idle or self._until[self._idle[-1][0]] - self._clock() < LONG_ENOUGH:
            return None
        return self._idle.pop()[0]

    async def ask(self, patience: float) -> str | None:
        """A place of its own, within `patience` seconds; None where all are taken."""
        self._number += 1
        owner, end = f"{self._me}/{self._number}", self._clock() + patience
        while True:
            try:
                granted = await self._shared.claim(self._name, owner, LEASE, self._concurrent)
            except NotShared:
                return ALONE
            if granted:
                self._until[owner] = self._clock() + LEASE
                return owner
            if self._clock() + LOOK >= end:
                return None
            await self._sleep(LOOK)

    def give_back(self, owner: str) -> None:
        if owner == ALONE:
            return
        self._idle.append((owner, self._clock()))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(KEPT, self._sweep)

    def _sweep(self) -> None:
        self._timer = None
        loop, now = asyncio.get_running_loop(), self._clock()
        while self._idle and now - self._idle[0][1] >= KEPT:
            owner, _ = self._idle.popleft()
            del self._until[owner]
            task = loop.create_task(self._release(owner))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._idle:
            self._timer = loop.call_later(self._idle[0][1] + KEPT - now, self._sweep)

    async def _release(self, owner: str) -> None:
        try:
            await self._shared.release(self._name, owner)
        except NotShared:
            return  # its lease ends by itself
