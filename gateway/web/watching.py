"""Notices that a client has left, and ends what it was waiting for."""

import asyncio
from typing import Self

from gateway.contract import Trail
from gateway.overdue import Overdue
from gateway.web.intake import Receive, Uploading

PATIENCE = 0.1
"""Seconds before anybody looks: a request that is answered sooner pays next to nothing."""


class Watch:
    """Cancels the task of a request when its client leaves, unless it is a write that the vendor already has.

    Such a one runs on to its deadline: nobody can tell what cancelling it would leave behind. `waiting` begins the
    watch of a request that takes longer than PATIENCE.
    """

    __slots__ = ("_harmless", "_listener", "_receive", "_task", "_trail", "_upload", "_waiting", "left")

    def __init__(
        self, waiting: "Overdue[Watch]", receive: Receive, trail: Trail, *, harmless: bool, upload: Uploading | None
    ) -> None:
        self._upload = upload
        self._waiting = waiting
        self._receive = receive
        self._trail = trail
        self._harmless = harmless
        self._listener: asyncio.Task[None] | None = None
        self._task: asyncio.Task[object] | None = None
        self.left = False

    def __enter__(self) -> Self:
        self._waiting.add(self)
        self._task = asyncio.current_task(self._waiting.loop)
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.discard(self)
        if self._listener is not None:
            self._listener.cancel()

    def always(self) -> None:
        """From now on nothing is left that must not be cancelled: the vendor has answered."""
        self._harmless = True

    def begin(self) -> None:
        self._listener = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        if self._upload is not None:  # until then every message is the upload's, and tells it of a client that left
            await self._upload.ended.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self._task is not None and (self._harmless or not self._trail.count("attempt.sent")):
            self._task.cancel()
