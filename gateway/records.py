"""The store as one application uses it: made ready before it serves, asked who calls, told when keys were used."""

import asyncio
import contextlib
import time

from gateway.callers import Callers
from gateway.callers.authenticating import USED_EVERY
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare


class Records:
    """`storage` is the address in the config. Nothing is asked of the database before somebody needs it."""

    def __init__(self, storage: str) -> None:
        """Raises ValueError for an address of no database."""
        self.storage = storage
        self._database = Database(storage)
        self.stored = SqlStore(self._database)
        self.callers = Callers(self.stored.keys, time.monotonic, time.time)
        self._noting: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._noting = asyncio.create_task(self._note())

    async def close(self) -> None:
        if self._noting is not None:
            self._noting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._noting
            await self.callers.note_use()
        await self._database.close()

    async def _note(self) -> None:
        while True:
            await asyncio.sleep(USED_EVERY)
            await self.callers.note_use()


async def made_ready(storage: str) -> int:
    """Makes the tables of an empty database and tells how many keys there are.

    Raises OtherRevision, and StoreUnavailable.
    """
    database = Database(storage)
    try:
        await prepare(database)
        return len(await SqlStore(database).keys.every())
    finally:
        await database.close()
