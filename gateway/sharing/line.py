"""One connection on which questions follow each other without waiting; answers come in the order of the questions.

A question that is given up keeps its place, so its answer is thrown away and never mistaken for another's.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec

from gateway.shared import NotShared

GRAIN = 0.025
"""Seconds between two looks at who waits."""
PATIENCE = 4
"""Looks that an answer may take: counted, not timed, since it is not their fault if this process stands still."""
MOST_WAITING = 10_000
MOST_UNSENT = 8 * 1024**2
"""Questions, and their bytes, that may wait; whoever comes then decides alone."""
MOST_BYTES = 1024**2
"""A larger value is not shared: it would hold up the small ones behind it for longer than they may wait."""


class Nonsense(Exception):
    """What came is no answer."""


class Pushed(msgspec.Struct, frozen=True):
    """What comes without a question."""

    value: Any  # as the other side encodes it


class Line(asyncio.Protocol):
    """Open until `closed` tells why it is not; what went wrong once is not used again.

    `decode` is given bytes as they come, gives whole answers and what was Pushed, and raises Nonsense.
    """

    _transport: asyncio.Transport

    def __init__(
        self,
        decode: Callable[[bytes], Iterable[object]],
        pushed: Callable[[object], None],
        patience: int = PATIENCE,
    ) -> None:
        self._decode = decode
        self._patience = patience
        self._pushed = pushed
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[int, asyncio.Future[object] | None]] = deque()
        self._looks = 0
        self._timer: asyncio.TimerHandle | None = None
        self.closed: asyncio.Future[str] = self._loop.create_future()

    async def ask(self, frame: bytes) -> object:
        """The answer; raises NotShared where there will be none."""
        asked: asyncio.Future[object] = self._loop.create_future()
        self._send(frame, asked)
        answer = await asked
        if answer is self:
            raise NotShared
        return answer

    def tell(self, frame: bytes) -> None:
        """A question whose answer nobody waits for."""
        self._send(frame, None)

    def write(self, frame: bytes) -> None:
        """What has no answer of its own."""
        self._transport.write(frame)

    def drop(self, why: str) -> None:
        if self.closed.done():
            return
        self.closed.set_result(why)
        self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()
        for _, asked in self._waiting:
            if asked is not None and not asked.done():
                asked.set_result(self)  # no exception: of one that was cancelled meanwhile, nobody would fetch it
        self._waiting.clear()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # of a stream there is no other

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop("closed the connection")

    def data_received(self, data: bytes) -> None:
        try:
            for answer in self._decode(data):
                if isinstance(answer, Pushed):
                    self._pushed(answer.value)
                else:
                    self._answered(answer)
        except Nonsense:
            self.drop("answers what nobody understands")

    def _answered(self, answer: object) -> None:
        if not self._waiting:
            raise Nonsense
        _, asked = self._waiting.popleft()
        if asked is not None and not asked.done():
            asked.set_result(answer)

    def _send(self, frame: bytes, asked: asyncio.Future[object] | None) -> None:
        if (
            self.closed.done()
            or len(self._waiting) >= MOST_WAITING
            or self._transport.get_write_buffer_size() > MOST_UNSENT
        ):
            raise NotShared
        self._waiting.append((self._looks, asked))
        self._transport.write(frame)
        if self._timer is None:
            self._timer = self._loop.call_later(GRAIN, self._look)

    def _look(self) -> None:
        self._looks += 1
        self._timer = None
        if not self._waiting:
            return
        if self._looks - self._waiting[0][0] >= self._patience:
            self.drop("does not answer")
        else:
            self._timer = self._loop.call_later(GRAIN, self._look)
