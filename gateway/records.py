"""The store as one application uses it: made ready before it serves, asked who calls, told when keys were used."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.callers import Callers
from gateway.callers.authenticating import USED_EVERY
from gateway.plan.nowhere import NoLedger
from gateway.stored import Audit, Connections, Entry, Keys, Ledger, Outbox, Tickets, address

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from gateway.stores import SqlStore


class Trail:
    """The audit trail of an application. While `used` is false its config needs no database, and nothing is noted."""

    def __init__(self, audit: Callable[[], Audit]) -> None:
        self._audit = audit
        self.used = False

    async def note(self, entry: Entry) -> None:
        if self.used:
            await self._audit().note(entry)

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> Sequence[Entry]:
        return await self._audit().every(since=since, action=action, most=most) if self.used else ()


class Records:
    """The Stored of an application. `storage` is the address in the config, `replica` that of one to read from, `watch`
    is given their engines.

    Nothing is asked of the database before somebody needs it, and until a config does, SQL is not even in memory.
    """

    def __init__(
        self, storage: str, replica: str | None = None, watch: "Callable[[AsyncEngine], None] | None" = None
    ) -> None:
        """Raises ValueError for an address of no database."""
        for url in (storage, replica or storage):
            address(url)
        self.storage = storage
        self._replica, self._watch = replica or "", watch
        self._opened: SqlStore | None = None
        self.trail = Trail(lambda: self._store.audit)
        self._noting: asyncio.Task[None] | None = None

    @property
    def _store(self) -> "SqlStore":
        if self._opened is None:
            from gateway.stores import Database, SqlStore  # noqa: PLC0415 - 20 MB, and a config may need no database

            self._opened = SqlStore(Database(self.storage, self._replica, self._watch))
        return self._opened

    @property
    def keys(self) -> Keys:
        return self._store.keys

    @property
    def connections(self) -> Connections:
        return self._store.connections

    @property
    def tickets(self) -> Tickets:
        return self._store.tickets

    @property
    def audit(self) -> Audit:
        return self.trail

    @property
    def outbox(self) -> Outbox:
        return self._store.outbox

    @property
    def ledger(self) -> Ledger:
        return self._store.ledger if self.trail.used or self._opened is not None else NoLedger()

    @cached_property
    def callers(self) -> Callers:
        return Callers(self.keys, time.monotonic, time.time)

    def use(self, *, used: bool) -> None:
        """Whether the config needs the database: else nothing is asked of it, so that none has to be there."""
        self.trail.used = used
        if used or self._opened is not None:
            self._store.ledger.used = used

    def start(self) -> None:
        self._noting = asyncio.create_task(self._note())

    async def close(self) -> None:
        if self._noting is not None:
            self._noting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._noting
            await self.callers.note_use()
        if self._opened is not None:
            await self._opened.ledger.close()
            await self._opened.database.close()

    async def _note(self) -> None:
        while True:
            await asyncio.sleep(USED_EVERY)
            await self.callers.note_use()


async def made_ready(storage: str) -> int:
    """Makes the tables of an empty database and tells how many keys there are.

    Raises OtherRevision, and StoreUnavailable.
    """
    from gateway.stores import Database, SqlStore  # noqa: PLC0415 - only where a config needs a database
    from gateway.stores.standing import current  # noqa: PLC0415 - the same

    database = Database(storage)
    try:
        if not await current(database):
            from gateway.stores.revisions import prepare  # noqa: PLC0415 - alembic, for whoever changes tables

            await prepare(database)
        return len(await SqlStore(database).keys.every())
    finally:
        await database.close()
