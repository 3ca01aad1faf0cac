"""An application that ends leaves no renewal half done: the token that it replaces may be worth nothing any more."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from gateway.contract import Kit, Lifespan
from gateway_oauth.manager import manager_of

logger = logging.getLogger("gateway")

PATIENCE = 13.0
"""Seconds that the end waits for a provider and for the store."""


@contextlib.asynccontextmanager
async def finishing(kit: Kit) -> AsyncIterator[None]:
    yield
    try:
        async with asyncio.timeout(PATIENCE):
            await manager_of(kit).finish()
    except TimeoutError:
        logger.warning("a renewed token was not stored in time: its user may have to connect again")


FINISHING = Lifespan(name="renewals", run=finishing)
