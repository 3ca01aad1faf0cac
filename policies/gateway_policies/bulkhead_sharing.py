"""Places that several processes have in common: a process keeps one for a moment after its call, for the next.

So under steady load nobody is asked. Who finds none says so, and for a moment the others hand back what comes free
instead of using it themselves. Places are held for a few seconds, again and again: those of a process that died come
free soon.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

import msgspec

from gateway import NotShared, Shared

T = TypeVar("T")

CHANNEL = "bulkhead"
LEASE = 15.0
"""Seconds for which a place is taken."""
RENEWED = 4.0
"""Seconds after which what is held is taken anew."""
KEPT = 0.5
"""Seconds for which a place that is not used is kept for the next call."""
LOOK = 0.1
"""Seconds between two looks for a place where all are taken elsewhere."""
WANTED = 0.25
"""Seconds for which a process hands back what comes free, after another has found none."""
ALONE = ""
"""The owner of a place that nobody could be asked for."""


class News(msgspec.Struct, frozen=True, array_like=True):
    """A process has found no place, or has handed one back."""

    name: str
    kind: Literal["wanted", "free"]


class Company:
    """All processes of one gateway, as far as places are concerned."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.places: WeakValueDictionary[str, SharedPlaces] = WeakValueDictionary()
        self._deaf = shared.listen(CHANNEL, self._heard)

    def stop(self) -> None:
        self._deaf()
        for places in list(self.places.values()):
            places.stop()

    def tell(self, name: str, kind: Literal["wanted", "free"]) -> None:
        self.shared.tell(CHANNEL, msgspec.msgpack.encode(News(name, kind)))

    def _heard(self, message: bytes | None) -> None:
        if message is None:
            return  # who waits looks again by himself
        try:
            news = msgspec.msgpack.decode(message, type=News)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return  # another version of the gateway
        places = self.places.get(news.name)
        if places is not None:
            places.heard(news.kind)


class SharedPlaces:
    """The places of one limit, as far as this process has them; each has an owner's name."""

    def __init__(self, company: Company, name: str, concurrent: int, clock: Callable[[], float]) -> None:
        self._company = company
        self._shared = company.shared
        self._name = name
        self._concurrent = concurrent
        self._clock = clock
        self._me = secrets.token_hex(4)
        self._number = 0
        self._held: set[str] = set()
        self._idle: deque[tuple[str, float]] = deque()  # the one that was used last at the end
        self._wanted_until = 0.0
        self._freed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sweeping: asyncio.TimerHandle | None = None
        self._renewing: asyncio.TimerHandle | None = None
        company.places[name] = self

    def stop(self) -> None:
        """What is not used is free for others at once."""
        for timer in (self._sweeping, self._renewing):
            if timer is not None:
                timer.cancel()
        self._hand_back(len(self._idle))

    def idle(self) -> bool:
        return not self._held and not self._tasks

    def use(self) -> str | None:
        """A place that this process has and does not use; None where there is none."""
        return self._idle.pop()[0] if self._idle else None

    async def ask(self, patience: float) -> str | None:
        """A place of its own, within `patience` seconds; None where all are taken."""
        self._number += 1
        owner, end = f"{self._me}/{self._number}", self._clock() + patience
        while True:
            granted = await self._claimed(owner)
            if granted is None:
                return ALONE
            if granted:
                return owner
            left = end - self._clock()
            if left <= 0:
                return None
            self._freed.clear()
            self._company.tell(self._name, "wanted")
            await self._freed_within(min(left, LOOK))

    def give_back(self, owner: str) -> None:
        if owner == ALONE:
            return
        self._idle.append((owner, self._clock()))
        if self._clock() < self._wanted_until:
            self._hand_back(1)
        elif self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(KEPT, self._sweep)

    def heard(self, kind: Literal["wanted", "free"]) -> None:
        if kind == "free":
            self._freed.set()
        else:
            self._wanted_until = self._clock() + WANTED
            self._hand_back(len(self._idle))

    async def _freed_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._freed.wait()
        except TimeoutError:
            return

    async def _claimed(self, owner: str) -> bool | None:
        """None where nobody can be asked. Who leaves meanwhile leaves no place behind."""
        asking = self._begin(self._claim(owner))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            asking.add_done_callback(lambda asked: self.give_back(owner) if asked.result() else None)
            raise

    async def _claim(self, owner: str) -> bool | None:
        try:
            granted = await self._shared.claim(self._name, owner, LEASE, self._concurrent)
        except NotShared:
            return None
        if granted:
            self._held.add(owner)
            self._renewing = self._renewing or asyncio.get_running_loop().call_later(RENEWED, self._renew)
        return granted

    def _renew(self) -> None:
        self._renewing = asyncio.get_running_loop().call_later(RENEWED, self._renew) if self._held else None
        for owner in self._held:
            self._begin(self._again(owner))

    async def _again(self, owner: str) -> None:
        """What is handed back meanwhile is not taken anew: questions do not overtake each other."""
        if owner not in self._held:
            return
        try:
            await self._shared.claim(self._name, owner, LEASE, self._concurrent)
        except NotShared:
            return  # the next time, or it comes free by itself

    def _sweep(self) -> None:
        self._sweeping = None
        loop, now = asyncio.get_running_loop(), self._clock()
        self._hand_back(sum(now - since >= KEPT for _, since in self._idle))
        if self._idle:
            self._sweeping = loop.call_later(self._idle[0][1] + KEPT - now, self._sweep)

    def _hand_back(self, count: int) -> None:
        for _ in range(count):
            owner, _since = self._idle.popleft()
            self._held.discard(owner)
            self._begin(self._release(owner))

    async def _release(self, owner: str) -> None:
        try:
            await self._shared.release(self._name, owner)
        except NotShared:
            return  # it is not taken anew, so it comes free by itself
        self._company.tell(self._name, "free")

    def _begin(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
