"""Keeps a line to the others open; while there is none, everybody is refused at once and nobody waits."""

import asyncio
import logging
import os
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Literal

from gateway.shared import NotShared
from gateway.sharing.line import Line

logger = logging.getLogger("gateway")

State = Literal["ok", "alone", "lost"]

OPENING = 1.0
"""Seconds for a connection, its encryption and the greeting."""
FIRST = 0.1
"""Seconds that the first question may wait for it."""
BEAT = 1.0
"""Seconds between two signs of life: a line that leads nowhere is noticed although nobody asks."""
SOONEST, LATEST = 0.05, 2.0
"""Seconds until the next try: twice as many after each that failed."""
STEADY = 5.0
"""A line that held for so many seconds was a good one."""


class Link:
    """`open_line` connects and greets, `alive` asks something that only who answers rightly can know.

    `opened` is called each time that there is a new line: what was told before may have been missed.
    """

    def __init__(
        self,
        name: str,
        open_line: Callable[[], Awaitable[Line]],
        alive: Callable[[Line], Awaitable[bool]],
        opened: Callable[[], None],
    ) -> None:
        self._name = name
        self._open_line = open_line
        self._alive = alive
        self._opened = opened
        self._line: Line | None = None
        self._lost = False
        self._keeping: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    @property
    def state(self) -> State:
        return "ok" if self._line is not None and not self._line.closed.done() else "lost"

    def start(self) -> None:
        """In the event loop that the questions come from; the first of them does it too."""
        if self._keeping is None or self._keeping.done():
            self._tried.clear()
            self._keeping = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])

    async def ask(self, frame: bytes) -> object:
        """Raises NotShared: at once where there is no line, soon where it does not answer."""
        return await (self._line or await self._first()).ask(frame)

    def tell(self, frame: bytes) -> None:
        """Drops it where there is no line."""
        if self._line is not None:
            try:
                self._line.tell(frame)
            except NotShared:
                return

    def drop(self, why: str) -> None:
        if self._line is not None:
            self._line.drop(why)

    async def _first(self) -> Line:
        self.start()
        if not self._tried.is_set():
            try:
                async with asyncio.timeout(FIRST):
                    await self._tried.wait()
            except TimeoutError:
                raise NotShared from None
        if self._line is None:
            raise NotShared
        return self._line

    async def _keep(self) -> None:
        loop, pause = asyncio.get_running_loop(), SOONEST
        while True:
            began = loop.time()
            self._say_lost(await self._hold())
            pause = SOONEST if loop.time() - began > STEADY else min(2 * pause, LATEST)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - so that not all come back at once

    async def _hold(self) -> str:
        """Why it does not hold any more, or never did."""
        try:
            line = await attempt(self._open_line)
        finally:
            self._tried.set()
        if isinstance(line, str):
            return line
        self._line = line
        self._say_back()
        self._opened()
        try:
            return await self._watch(line)
        finally:
            self._line = None
            line.drop("closed")

    async def _watch(self, line: Line) -> str:
        while not (await asyncio.wait([line.closed], timeout=BEAT))[0]:
            try:
                if not await self._alive(line):
                    line.drop("answers wrongly")
            except NotShared:
                continue
        return line.closed.result()

    def _say_lost(self, why: str) -> None:
        if not self._lost:
            logger.warning(
                "shared state is lost: %s: %s; every process decides alone until it is back", self._name, why
            )
        self._lost = True

    def _say_back(self) -> None:
        if self._lost:
            logger.info("shared state is back: %s", self._name)
        self._lost = False


async def attempt(open_line: Callable[[], Awaitable[Line]]) -> Line | str:
    """A line, or why there is none."""
    try:
        async with asyncio.timeout(OPENING):
            return await open_line()
    except (socket.gaierror, ssl.SSLError) as refused:  # whose numbers are not the system's
        return (refused.strerror or "does not answer").lower()
    except OSError as refused:  # of which one kind says that time is over
        return os.strerror(refused.errno).lower() if refused.errno else "does not answer"
    except (ValueError, NotShared) as refused:
        return str(refused) or "does not answer"
