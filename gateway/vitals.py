"""What is so at the moment: requests in flight, the database, the other gateways, keys that end soon."""

import asyncio
import contextlib
from collections.abc import Callable

from gateway.contract import Kit
from gateway.errors import StoreUnavailable
from gateway.observing.catalogue import KEYS_EXPIRING, SHARED, STORE, gauge
from gateway.sharing import Sharing

EVERY = 15.0
"""Seconds between two looks at the database."""
SOON = 7 * 86_400.0
"""Seconds before its end in which a key is counted as one that expires."""


class Vitals:
    """Looks after the gauges; the database is asked only while it is `needed`."""

    def __init__(self, kit: Kit, sharing: Sharing, needed: Callable[[], bool]) -> None:
        self._kit, self._sharing, self._needed = kit, sharing, needed
        self._shared = gauge(kit.metrics, SHARED, across="min")
        self._looking: asyncio.Task[None] | None = None
        kit.metrics.at_scrape("vitals", lambda: self._shared.set(self._sharing.state != "lost"))

    def start(self) -> None:
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        while True:
            if self._needed():
                await self._once()
            await self._kit.sleep(EVERY)

    async def _once(self) -> None:
        metrics = self._kit.metrics
        reachable, expiring = gauge(metrics, STORE, across="min"), gauge(metrics, KEYS_EXPIRING, across="max")
        try:
            keys = await self._kit.stored.keys.every()
        except StoreUnavailable:
            reachable.set(0)
            return
        now = self._kit.now()
        reachable.set(1)
        ends = (key.expires_at for key in keys if key.revoked_at is None and key.successor is None)
        expiring.set(sum(end is not None and now < end < now + SOON for end in ends))
