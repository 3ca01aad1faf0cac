"""What several processes have in common of a cache: which tags were dropped, everywhere and at once.

A dropped tag is a number that changes. Each process knows the numbers of the tags that it uses and is told of every
change. Where it may have missed one, what it keeps counts as dropped; where it cannot tell of one, it owes it, and the
others hear of it when they can be reached again.

A fetch is put in common under the numbers from before it began, so one from before a write is not met after it. What
remains: between a write and its news, as long as a message takes, another process may give out what it keeps; and one
whose line is lost, until the line is back or the answer's time is over.
"""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable
from typing import Any

import msgspec

from gateway import NotShared, Shared
from gateway_policies.cache_store import CacheStore, Version
from gateway_policies.cache_turns import Turns

CHANNEL = "cache"
KEPT = 30 * 86_400.0
"""Seconds for which the number of a tag is remembered."""
BEGUN = 2**52
"""What is added to a tag when it begins, and as much by chance: one that was forgotten must not begin where it was
before. The rest of a number tells how often it was dropped; no tag is dropped so often."""
LOOKS = 10
"""How often a number is asked for that others are about to begin, too."""
MOST_BUSY = 256
"""Tasks beside the requests; an answer that comes when there are more of them is not put where others find it."""


class Dropped(msgspec.Struct, frozen=True, array_like=True):
    """A tag was dropped, and has this number now."""

    name: str
    number: int


class Company:
    """All processes of one gateway, as far as the cache is concerned."""

    def __init__(self, shared: Shared, store: CacheStore) -> None:
        self.shared = shared
        self.turns = Turns(shared)
        self._store = store
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaf = shared.listen(CHANNEL, self._heard)

    def stop(self) -> None:
        self._deaf()
        self.turns.stop()
        for task in self._tasks:
            task.cancel()

    async def drop(self, versions: Iterable[Version]) -> bool:
        """Here at once, everywhere before it returns; False where others cannot be reached and hear of it later."""
        dropped = tuple(versions)
        for version in dropped:
            version.number += 1
        if self.shared.alone:
            return True
        for version in dropped:
            version.owed += 1
        await asyncio.wait((self.later(self._settle_all(dropped)),))  # a caller who leaves does not end it
        return not any(version.owed for version in dropped)

    async def numbers(self, versions: Iterable[Version]) -> int:
        """One number for what the tags have come to everywhere. Raises NotShared."""
        total = 0
        for version in versions:
            while version.shared is None or version.owed:
                await self._settle(version)
            total += version.shared
        return total

    @property
    def busy(self) -> bool:
        return len(self._tasks) >= MOST_BUSY

    def later(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Work that no caller waits for, or that goes on when he leaves."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _settle_all(self, versions: Iterable[Version]) -> None:
        try:
            for version in versions:
                if version.owed:
                    await self._settle(version)
        except NotShared:
            return  # it stays owed

    async def _settle(self, version: Version) -> None:
        """Adds what is owed to the number that all have, and learns that. Raises NotShared."""
        owed, before = version.owed, version.number
        version.owed = 0  # what is dropped meanwhile is owed anew
        try:
            number = await self._added(version, owed)
        except BaseException:
            version.owed += owed
            raise
        if version.number == before:  # else something was heard that may be newer
            version.shared = number
        if owed:
            self.shared.tell(CHANNEL, msgspec.msgpack.encode(Dropped(version.name, number)))

    async def _added(self, version: Version, owed: int) -> int:
        """What the number of a tag comes to. Where several begin it at once, the first one's beginning holds."""
        name = _tag(version)
        number = await self.shared.add(name, owed, KEPT)
        if number < BEGUN:  # nobody knew of it
            first = BEGUN + secrets.randbelow(BEGUN // 2)
            number = await self.shared.add(name, first, KEPT)
            if number >= 2 * BEGUN:
                number = await self.shared.add(name, -first, KEPT)
        looks = 0
        while number >= 2 * BEGUN and looks < LOOKS:  # others are about to take theirs back
            number, looks = await self.shared.add(name, 0, KEPT), looks + 1
        return number

    def _heard(self, message: bytes | None) -> None:
        if message is None:
            self._missed()
            return
        try:
            news = msgspec.msgpack.decode(message, type=Dropped)
        except msgspec.DecodeError:
            return  # another version of the gateway
        version = self._store.known(news.name)
        if version is None or version.shared == news.number:
            return
        version.number += 1
        grown = version.shared is not None and version.shared < news.number
        version.shared = news.number if grown else None  # news may overtake each other: then it is asked for

    def _missed(self) -> None:
        for version in self._store.versions():
            version.shared = None
            version.number += 1
        owed = [version for version in self._store.versions() if version.owed]
        if owed:
            self.later(self._settle_all(owed))


def _tag(version: Version) -> str:
    return f"cache/tag/{version.name}"
