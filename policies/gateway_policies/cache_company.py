"""What several processes have in common of a cache: which tags were dropped, and who fetches what.

A dropped tag is a number that grows. Each process knows the numbers of the tags that it uses and is told when one
changes; where it may have missed something, what it keeps counts as dropped.
"""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any, Literal

import msgspec

from gateway import NotShared, Shared
from gateway_policies.cache_store import CacheStore, Version

CHANNEL = "cache"
KEPT = 30 * 86_400.0
"""Seconds for which the number of a tag is remembered: longer than any answer is kept."""
LEASE = 10.0
"""Seconds for which a process may fetch for all; one that takes longer, or died, is not waited for."""
LOOK = 0.5
"""Seconds between two looks for an answer that another process fetches, should the news of it be lost."""


class News(msgspec.Struct, frozen=True, array_like=True):
    """A tag was dropped and has this number now; or a fetch has ended, well or badly."""

    kind: Literal["dropped", "fetched"]
    name: str
    number: int = 0


class Company:
    """All processes of one gateway, as far as the cache is concerned."""

    def __init__(self, shared: Shared, store: CacheStore) -> None:
        self.shared = shared
        self._store = store
        self._me = secrets.token_hex(4)
        self._awaited: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaf = shared.listen(CHANNEL, self._heard)

    def stop(self) -> None:
        self._deaf()
        for task in self._tasks:
            task.cancel()

    async def drop(self, versions: Iterable[Version]) -> None:
        """Here at once, everywhere before it returns, unless the others cannot be reached."""
        dropped = tuple(versions)
        for version in dropped:
            version.number += 1
        if self.shared.alone:
            return
        for version in dropped:
            with suppress(NotShared):
                version.shared = await self.shared.add(_tag(version), 1, KEPT)
                self.shared.tell(CHANNEL, msgspec.msgpack.encode(News("dropped", version.name, version.shared)))

    async def numbers(self, versions: Iterable[Version]) -> int:
        """One number for what the tags have come to everywhere. Raises NotShared."""
        total = 0
        for version in versions:
            if version.shared is None:
                version.shared = await self.shared.add(_tag(version), 0, KEPT)
            total += version.shared
        return total

    async def may_fetch(self, name: str) -> bool:
        """Whether this process is the one that fetches; also where nobody can tell."""
        try:
            return await self.shared.claim(_flight(name), self._me, LEASE)
        except NotShared:
            return True

    def fetched(self, name: str) -> None:
        """Lets the others look, or fetch themselves."""
        self._begin(self._landed(name))

    async def wait(self, name: str) -> None:
        """Until another process has fetched, or for a moment."""
        event = self._awaited.setdefault(name, asyncio.Event())
        try:
            async with asyncio.timeout(LOOK):
                await event.wait()
        except TimeoutError:
            return
        finally:
            self._awaited.pop(name, None)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that no caller waits for."""
        self._begin(work)

    async def _landed(self, name: str) -> None:
        with suppress(NotShared):
            await self.shared.release(_flight(name), self._me)
        self.shared.tell(CHANNEL, msgspec.msgpack.encode(News("fetched", name)))

    def _heard(self, message: bytes | None) -> None:
        if message is None:
            for known in self._store.versions():
                known.shared = None
                known.number += 1
            return
        try:
            news = msgspec.msgpack.decode(message, type=News)
        except msgspec.DecodeError:
            return  # another version of the gateway
        if news.kind == "fetched":
            if (event := self._awaited.get(news.name)) is not None:
                event.set()
        elif (version := self._store.known(news.name)) is not None and version.shared != news.number:
            version.shared = max(version.shared or 0, news.number)
            version.number += 1

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _tag(version: Version) -> str:
    return f"cache/tag/{version.name}"


def _flight(name: str) -> str:
    return f"cache/flight/{name}"
