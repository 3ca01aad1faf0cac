"""Notices that a client has left, and ends what it was waiting for."""

import asyncio
from collections.abc import Callable
from typing import Self

from gateway.web.intake import Receive

PATIENCE = 0.1
"""Seconds before anybody looks: a request that is answered sooner pays for a timer and no more."""


class Watch:
    """Cancels the task of a request when its client leaves, if `may_cancel` allows it at that moment.

    A write that the vendor already has runs on to its deadline: nobody can tell what cancelling it would leave behind.
    """

    __slots__ = ("_listener", "_may_cancel", "_receive", "_task", "_timer", "left")

    def __init__(self, receive: Receive, may_cancel: Callable[[], bool]) -> None:
        self._receive = receive
        self._may_cancel = may_cancel
        self._listener: asyncio.Task[None] | None = None
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.left = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = loop.call_later(PATIENCE, self._begin)
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()

    def always(self) -> None:
        """From now on nothing is left that must not be cancelled: the vendor has answered."""
        self._may_cancel = _anything

    def _begin(self) -> None:
        self._listener = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self._task is not None and self._may_cancel():
            self._task.cancel()


def _anything() -> bool:
    return True
