"""Puts renewed tokens where they outlive the process, and does not give up: what they replace is worth nothing now."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from gateway.contract import Kit
from gateway.errors import StoreUnavailable
from gateway.stored import Connection
from gateway_oauth.held import Key
from gateway_oauth.tokens import Tokens, sealed

logger = logging.getLogger("gateway")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

Told = Callable[[Key, Connection], None]


class Renewal:
    """Tokens on their way into the store. They are sealed once, so that they are known again when they are there."""

    def __init__(self, kit: Kit, record: Connection, fresh: Tokens) -> None:
        self._kit = kit
        self._fresh = fresh
        self._newer = msgspec.structs.replace(
            record,
            scopes=fresh.scopes or record.scopes,
            expires_at=fresh.expires_at,
            sealed=b"",
            version=record.version + 1,
            updated_at=kit.now(),
        )

    async def store(self) -> Connection | None:
        """None where somebody has changed the connection meanwhile. Raises StoreUnavailable."""
        if not self._newer.sealed:
            self._newer = msgspec.structs.replace(self._newer, sealed=await sealed(self._kit, self._fresh, self._newer))
        newer, connections = self._newer, self._kit.stored.connections
        if await connections.replace(newer, newer.version - 1):
            return newer
        there = await connections.get(newer.id)  # an earlier try may have succeeded without anybody hearing of it
        return newer if there is not None and there.sealed == newer.sealed else None


class Saver:
    def __init__(self, kit: Kit, told: Told) -> None:
        """`told` is called with what was stored late."""
        self._kit = kit
        self._told = told
        self._trying: dict[Key, asyncio.Task[None]] = {}

    def has(self, key: Key) -> bool:
        """Whether there is something of it that is not stored yet."""
        return key in self._trying

    async def save(self, key: Key, record: Connection, fresh: Tokens) -> Connection | None:
        """The record as it is now, or None where somebody has changed it.

        Raises StoreUnavailable, and goes on trying.
        """
        renewal = Renewal(self._kit, record, fresh)
        try:
            return await renewal.store()
        except StoreUnavailable:
            logger.warning("the renewed token of the connection %s waits for the store", record.id)
            self._trying[key] = asyncio.create_task(self._insist(key, renewal))
            raise

    async def finish(self) -> None:
        while self._trying:
            await asyncio.wait(self._trying.values())

    async def _insist(self, key: Key, renewal: Renewal) -> None:
        pause = FIRST_PAUSE
        try:
            while True:
                await self._kit.sleep(pause)
                try:
                    newer = await renewal.store()
                except StoreUnavailable:
                    pause = min(pause * 2, LONGEST_PAUSE)
                    continue
                if newer is not None:
                    self._told(key, newer)
                return
        finally:
            del self._trying[key]
