"""Secrets that end unless somebody renews them, for as long as the config is served that they were read for."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence

from gateway.contract import SecretReader

logger = logging.getLogger("gateway")

AGAIN = 15.0
"""Seconds to the next try, where neither a renewal nor a reload has helped."""


Reload = Callable[[], Awaitable[Sequence[str]]]
"""Loads the config anew, and tells what is wrong."""


class Leases:
    """`again` is how many seconds later it tries again what failed."""

    def __init__(self, again: float = AGAIN) -> None:
        self._again = again
        self._readers: tuple[SecretReader, ...] = ()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._others = asyncio.Event()

    def hold(self, readers: Iterable[SecretReader]) -> None:
        """These instead of those before, which end by themselves: requests in flight may use them still."""
        self._readers = tuple(readers)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._others.set)

    def start(self, reload: Reload) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run(reload))

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._readers:
            await asyncio.to_thread(_close, self._readers)

    async def _run(self, reload: Reload) -> None:
        while True:
            self._others.clear()
            seconds = await self._renewed(reload)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if seconds == math.inf else seconds):
                    await self._others.wait()

    async def _renewed(self, reload: Reload) -> float:
        """Seconds until the next time."""
        if not self._readers:
            return math.inf
        try:
            return await asyncio.to_thread(_renew, self._readers)
        except LookupError as lost:
            logger.warning("a secret cannot be renewed, so the config is loaded anew: %s", lost.args[0])
        await reload()
        return self._again


def _renew(readers: Iterable[SecretReader]) -> float:
    return min(reader.renew() for reader in readers)


def _close(readers: Iterable[SecretReader]) -> None:
    for reader in readers:
        reader.close()
