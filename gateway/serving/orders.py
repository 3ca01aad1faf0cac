"""What a worker is told from outside: to stop, to load its config anew, or that its supervisor is gone."""

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable

from gateway.serving.signals import SAME_ORDER, STOPPING

logger = logging.getLogger("gateway")


class Orders:
    """Acts on signals from now on; `stop` is the signal that ends this worker, once one has come."""

    def __init__(self, reload: Callable[[], Awaitable[object]], *, supervised: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._reload = reload
        self._supervised = supervised
        self._reloads: set[asyncio.Task[None]] = set()  # the loop itself holds a task only weakly
        self.stop: asyncio.Future[int] = self._loop.create_future()
        for number in STOPPING:
            self._loop.add_signal_handler(number, self._on_stop, number)
        self._loop.add_signal_handler(signal.SIGHUP, self._on_reload)
        if supervised:
            self._loop.add_reader(sys.stdin.fileno(), self._on_orphaned)

    def _on_stop(self, number: int) -> None:
        if not self.stop.done():
            self.stop.set_result(number)
            if not self._supervised:
                self._loop.call_later(SAME_ORDER, _end_by_the_next)

    def _on_orphaned(self) -> None:
        """The supervisor holds the other end of stdin, and whoever starts the next one needs our port."""
        self._loop.remove_reader(sys.stdin.fileno())
        logger.error("the supervisor is gone")
        self._on_stop(signal.SIGTERM)

    def _on_reload(self) -> None:
        self._reloads.add(task := self._loop.create_task(self._again()))
        task.add_done_callback(self._reloads.discard)

    async def _again(self) -> None:
        await self._reload()


def _end_by_the_next() -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
