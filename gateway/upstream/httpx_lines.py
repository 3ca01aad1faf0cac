"""The httpx engine's connections: each is a transport of its own, used by one call at a time.

httpx's pool keeps a connection for ever when a request is cancelled at the wrong moment, hands on one that still holds
bytes nobody asked for, and looks at every connection for every request. A pool of one has none of that.
"""

import asyncio
import ssl
from collections import deque
from typing import Any

import httpx
import msgspec

from gateway.upstream.engine import IDLE_SECONDS, Clock


class Line(msgspec.Struct, eq=False):
    """One connection to one address in the name of one origin, and since when nobody uses it."""

    place: tuple[str, str]
    transport: httpx.AsyncHTTPTransport
    idle_since: float = 0.0
    used: bool = False

    def clean(self) -> bool:
        """Whether nothing was received beyond the answer; what cannot be known is not clean."""
        try:
            pool: Any = self.transport._pool
            received: bytes = pool.connections[0]._connection._h11_state.trailing_data[0]
        except (AttributeError, IndexError):
            return False
        return received == b""


class Lines:
    """The connections that wait for their next request, by origin and address; the last used is used first."""

    def __init__(self, trusted: ssl.SSLContext, clock: Clock) -> None:
        self._trusted = trusted
        self._clock = clock
        self._idle: dict[tuple[str, str], deque[Line]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def has(self, place: tuple[str, str]) -> bool:
        return bool(self._idle.get(place))

    def take(self, place: tuple[str, str]) -> Line:
        idle = self._idle.get(place)
        if idle and idle[-1].idle_since + IDLE_SECONDS > self._clock():
            return idle.pop()
        limits = httpx.Limits(max_connections=1, keepalive_expiry=IDLE_SECONDS)
        return Line(place, httpx.AsyncHTTPTransport(verify=self._trusted, trust_env=False, limits=limits))

    def give_back(self, line: Line) -> None:
        line.idle_since, line.used = self._clock(), True
        idle = self._idle.setdefault(line.place, deque())
        idle.append(line)
        while idle[0].idle_since + IDLE_SECONDS <= line.idle_since:
            self.close(idle.popleft())

    def close(self, line: Line) -> None:
        """In a task of its own: whoever is cancelled must not leave a connection half closed."""
        task = asyncio.get_running_loop().create_task(line.transport.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close_all(self) -> None:
        for idle in self._idle.values():
            for line in idle:
                self.close(line)
        self._idle.clear()
        await asyncio.gather(*self._closing)
