"""The store as one application uses it: made ready before it serves, asked who calls, told when keys were used."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.callers import Callers
from gateway.callers.authenticating import USED_EVERY
from gateway.stored import Audit, Entry
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare


class Trail:
    """The audit trail of an application. While `used` is false its config needs no database, and nothing is noted."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self.used = False

    async def note(self, entry: Entry) -> None:
        if self.used:
            await self._audit.note(entry)

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> Sequence[Entry]:
        return await self._audit.every(since=since, action=action, most=most) if self.used else ()


class Records:
    """`storage` is the address in the config, `replica` that of one to read from, `watch` is given their engines.
    Nothing is asked of the database before somebody needs it.
    """

    def __init__(
        self, storage: str, replica: str | None = None, watch: Callable[[AsyncEngine], None] | None = None
    ) -> None:
        """Raises ValueError for an address of no database."""
        self.storage = storage
        self._database = Database(storage, replica or "", watch)
        self.stored = SqlStore(self._database)
        self.trail = self.stored.audit = Trail(self.stored.audit)
        self.callers = Callers(self.stored.keys, time.monotonic, time.time)
        self._noting: asyncio.Task[None] | None = None

    def use(self, *, used: bool) -> None:
        """Whether the config needs the database: else nothing is asked of it, so that none has to be there."""
        self.trail.used = self.stored.ledger.used = used

    def start(self) -> None:
        self._noting = asyncio.create_task(self._note())

    async def close(self) -> None:
        if self._noting is not None:
            self._noting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._noting
            await self.callers.note_use()
        await self.stored.ledger.close()
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
