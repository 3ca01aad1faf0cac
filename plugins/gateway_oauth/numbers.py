"""Renewals and connections in numbers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal

from gateway.contract import Kit, Lifespan
from gateway.errors import StoreUnavailable

EVERY = 60.0
"""Seconds between two counts of the connections."""


def renewed(kit: Kit, provider: str, result: Literal["renewed", "needs_reauth", "failed"]) -> None:
    """A token was renewed, or it was tried."""
    count = kit.metrics.counter(
        "gateway_token_refresh_total", "Renewals of users' tokens, by result", ("provider", "result")
    )
    count.labels(provider, result).inc()


@contextlib.asynccontextmanager
async def counting(kit: Kit) -> AsyncIterator[None]:
    """While it is entered, the connections in the store are counted, where any could be."""

    async def rounds() -> None:
        while True:
            if kit.catalog().providers:
                with contextlib.suppress(StoreUnavailable):  # which is a number of its own
                    await _count(kit)
            await kit.sleep(EVERY)

    task = asyncio.create_task(rounds())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _count(kit: Kit) -> None:
    found = await kit.stored.connections.counted()
    gauge = kit.metrics.gauge(
        "gateway_connections", "Accounts that users have connected, by status", ("provider", "status"), across="max"
    )
    gauge.clear()
    for (provider, status), number in found.items():
        gauge.labels(provider, status).set(number)


NUMBERS = Lifespan(name="connections", run=counting)
