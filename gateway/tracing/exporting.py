"""Hands what was kept to a collector, in a thread of its own: nothing here ever waits for it but that thread.

What comes faster than it goes away is dropped and counted, and the requests that it tells of know nothing of that.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from gateway.contract import Finished
from gateway.tracing.sampling import Asked, Traced

logger = logging.getLogger("gateway")

MOST_WAITING = 2048
"""Requests that wait to be told of."""
AT_ONCE = 256
"""So many at a time: each takes 11 µs in which the event loop may have to wait, and a sending as much as a hundred."""
FLUSHING, LEAVING = 1.0, 0.5
"""Seconds that the end may take: to send what waits, and to let go of a collector that does not take it."""


class Kept(msgspec.Struct, frozen=True):
    """What there is to tell of one trace: a request, or None where something was asked aside; `offset` is what makes of
    a reading of Kit.clock the seconds since 1970.
    """

    trace: Traced
    finished: Finished | None
    asked: Sequence[Asked]
    offset: float

    @property
    def spans(self) -> int:
        attempts = 0 if self.finished is None else sum("span" in event.detail for event in self.finished.events)
        return len(self.asked) + attempts + (self.finished is not None)


class Send(Protocol):
    """Makes spans of what is kept and sends them; tells whether they were taken. Waits for as long as that takes."""

    def __call__(self, batch: Sequence[Kept]) -> bool: ...

    def close(self) -> None:
        """Whatever it waits for, it waits no longer."""
        ...


class Exporting:
    """`connect` is called in the thread, once it runs. `dropped` is told of spans that nobody will see; a request that
    came alone is told of after `soon` seconds. `name` is how the log calls the collector.
    """

    def __init__(self, connect: Callable[[], Send], dropped: Callable[[int], None], soon: float, name: str) -> None:
        self._connect = connect
        self._dropped = dropped
        self._soon = soon
        self._name = name
        self._waiting: deque[Kept] = deque()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._send: Send | None = None
        self._ending = False
        self._quiet = False  # whoever still writes to the log when the interpreter ends would end it with an abort
        self._lost = False

    def put(self, kept: Kept) -> None:
        """Takes microseconds, whatever the collector does."""
        if len(self._waiting) >= MOST_WAITING or self._ending:
            self._dropped(kept.spans)
            return
        self._waiting.append(kept)
        if len(self._waiting) >= AT_ONCE and not self._wake.is_set():
            self._wake.set()

    def start(self) -> None:
        """In the process that serves: neither threads nor connections survive a fork."""
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """What waits still goes out, if that takes no more than FLUSHING seconds."""
        self._ending = True
        self._wake.set()
        if self._thread is None:
            return
        await asyncio.to_thread(self._thread.join, FLUSHING)
        if self._thread.is_alive() and self._send is not None:
            self._quiet = True
            self._send.close()
            await asyncio.to_thread(self._thread.join, LEAVING)
        self._drop(self._waiting)

    def _run(self) -> None:
        send = self._send = self._connect()
        try:
            while not self._ending:
                self._wake.wait(self._soon)
                self._wake.clear()
                self._empty(send)
        finally:
            send.close()

    def _empty(self, send: Send) -> None:
        while self._waiting and not self._quiet:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                taken = send(batch)
            except Exception:  # an edge too: no request may be the end of all telling
                if not self._quiet:
                    logger.exception("%d requests could not be traced", len(batch))
                taken = False
            if taken:
                self._say_back()
            else:
                self._drop(batch)
                self._say_lost()

    def _drop(self, batch: "Sequence[Kept] | deque[Kept]") -> None:
        if spans := sum(kept.spans for kept in batch):
            self._dropped(spans)

    def _say_lost(self) -> None:
        if not self._lost and not self._quiet:
            logger.warning("traces are lost: %s does not take them; spans are dropped until it does", self._name)
        self._lost = True

    def _say_back(self) -> None:
        if self._lost:
            logger.info("traces are back: %s takes them again", self._name)
        self._lost = False
