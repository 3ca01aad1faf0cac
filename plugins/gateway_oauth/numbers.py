"""Renewals and connections in numbers."""

import contextlib
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Literal

from gateway.contract import Kit, Lifespan
from gateway.errors import StoreUnavailable
from gateway_oauth.rounds import rounds

EVERY = 60.0
"""Seconds between two counts of the connections."""


def renewed(kit: Kit, provider: str, result: Literal["renewed", "needs_reauth", "failed"]) -> None:
    """A token was renewed, or it was tried."""
    count = kit.metrics.counter(
        "gateway_token_refresh_total", "Renewals of users' tokens, by result", ("provider", "result")
    )
    count.labels(provider, result).inc()


def counting(kit: Kit) -> AbstractAsyncContextManager[None]:
    """While it is entered, the connections in the store are counted, where any could be."""
    return rounds(kit, partial(_round, kit), EVERY)


async def _round(kit: Kit) -> None:
    if kit.catalog().providers:
        with contextlib.suppress(StoreUnavailable):  # which is a number of its own
            await _count(kit)


async def _count(kit: Kit) -> None:
    found = await kit.stored.connections.counted()
    gauge = kit.metrics.gauge(
        "gateway_connections", "Accounts that users have connected, by status", ("provider", "status"), across="max"
    )
    gauge.clear()
    for (provider, status), number in found.items():
        gauge.labels(provider, status).set(number)


NUMBERS = Lifespan(name="connections", run=counting)
