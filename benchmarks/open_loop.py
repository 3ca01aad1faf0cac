"""Callers who do not wait for each other: requests begin when they are due, however the earlier ones fare.

A load that waits for answers slows down with the server and hides that it is late; this one does not, and counts each
time from the moment when the request was due.
"""

import asyncio
import re
from collections import Counter, deque
from typing import cast
from urllib.parse import urlsplit

import msgspec

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TICK = 0.001


class Told(msgspec.Struct):
    """What became of all requests; times in seconds, in no order."""

    served: list[float] = []
    refused: list[float] = []
    others: Counter[int] = msgspec.field(default_factory=Counter)
    reset: int = 0
    unanswered: int = 0
    without_retry_after: int = 0

    @property
    def asked(self) -> int:
        return len(self.served) + len(self.refused) + self.others.total() + self.reset + self.unanswered


async def offer(url: str, rate: float, seconds: float, *, connections: int = 1_000, patience: float = 5.0) -> Told:
    """`rate` requests a second for so long; then waits `patience` seconds for what is not answered yet."""
    parts = urlsplit(url)
    load = _Load(parts.hostname or "", parts.port or 80, parts.path, connections)
    loop = asyncio.get_running_loop()
    began = loop.time()
    begun = 0
    while (now := loop.time()) < began + seconds:
        due = int((now - began) * rate)
        for number in range(begun, due):
            load.ask(began + number / rate)
        begun = due
        await asyncio.sleep(_TICK)
    until = loop.time() + patience
    while load.waiting and loop.time() < until:  # noqa: ASYNC110 - an event would be one more thing to measure
        await asyncio.sleep(_TICK)
    return load.end()


class _Load:
    def __init__(self, host: str, port: int, path: str, connections: int) -> None:
        self.request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self.told = Told()
        self.idle: deque[_Connection] = deque()
        self.due: deque[float] = deque()
        self.loop = asyncio.get_running_loop()
        self._open: set[_Connection] = set()
        self._address = host, port
        self._most = connections
        self._opening: set[asyncio.Task[object]] = set()

    @property
    def waiting(self) -> int:
        return len(self.due) + sum(connection.due is not None for connection in self._open)

    def ask(self, due: float) -> None:
        if self.idle:
            self.idle.pop().ask(due)
            return
        self.due.append(due)
        if len(self._open) + len(self._opening) < self._most:
            task = asyncio.ensure_future(self.loop.create_connection(lambda: _Connection(self), *self._address))
            self._opening.add(task)
            task.add_done_callback(self._opened)

    def ready(self, connection: "_Connection") -> None:
        if self.due:
            connection.ask(self.due.popleft())
        else:
            self.idle.append(connection)

    def begun(self, connection: "_Connection") -> None:
        self._open.add(connection)

    def lost(self, connection: "_Connection") -> None:
        self._open.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)

    def end(self) -> Told:
        self.told.unanswered += self.waiting
        for task in self._opening:
            task.cancel()
        for connection in list(self._open):
            connection.abandon()
        return self.told

    def _opened(self, task: "asyncio.Task[object]") -> None:
        self._opening.discard(task)
        if not task.cancelled() and task.exception() is not None and self.due:
            self.due.popleft()
            self.told.reset += 1


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load = load
        self._kept = b""
        self.due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._load.begun(self)
        self._load.ready(self)

    def ask(self, due: float) -> None:
        self.due = due
        self._transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        data = self._kept + data
        end = data.find(b"\r\n\r\n")
        length = _LENGTH.search(data, 0, end) if end > 0 else None
        if length is None or len(data) < end + 4 + int(length[1]):
            self._kept = data
            return
        self._kept = b""
        self._note(int(data[9:12]), data[:end].lower())
        if b"connection: close" not in data[:end].lower():
            self._load.ready(self)

    def _note(self, status: int, head: bytes) -> None:
        assert self.due is not None  # nobody answers who was not asked
        took, self.due = self._load.loop.time() - self.due, None
        told = self._load.told
        if status == 200:  # noqa: PLR2004
            told.served.append(took)
        elif status == 503:  # noqa: PLR2004
            told.refused.append(took)
            told.without_retry_after += b"\r\nretry-after:" not in head
        else:
            told.others[status] += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost(self)
        if self.due is not None:
            self.due = None
            self._load.told.reset += 1

    def abandon(self) -> None:
        self.due = None
        self._transport.abort()
