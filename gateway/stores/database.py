"""The way to SQLite or PostgreSQL: short transactions, bounded waits, one error for whatever goes wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import StoreUnavailable
from gateway.stored import address

PATIENCE = 5.0
"""Seconds that one transaction may take in all."""
REPLICA_PATIENCE = 1.0
"""Seconds of those in which a replica has to let us in."""
CONNECTIONS = 5
"""Connections that one process keeps to PostgreSQL; what a request needs is mostly in memory."""
_NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "53100"})
"""What SQLite and PostgreSQL call it."""


class NoneExpected(Exception):
    """What never happens."""


class Database:
    """`url` as in `server.storage`: `sqlite:///var/gateway.db`, `postgresql://…`; `read_url` is a replica of it.

    Engines are made on first use, in the loop that uses them, and `watch` is given each of them.
    """

    def __init__(self, url: str, read_url: str = "", watch: Callable[[AsyncEngine], None] | None = None) -> None:
        """Raises ValueError for an address of neither."""
        self._url = address(url)
        self._read_url = address(read_url) if read_url else self._url
        self._watch = watch
        self._engines: dict[str, AsyncEngine] = {}

    @property
    def url(self) -> str:
        """For alembic: with the driver, and with the password."""
        return self._url

    @asynccontextmanager
    async def write(self, expected: type[Exception] = NoneExpected) -> AsyncIterator[AsyncConnection]:
        """One transaction; commits at the end. Raises StoreUnavailable for any failure that was not `expected`."""
        async with _answering(expected), self._engine(self._url).begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """What was committed, perhaps a moment ago where there is a replica. Raises StoreUnavailable."""
        async with _answering(NoneExpected):
            connection = await self._connected()
            try:
                yield connection
            finally:
                await connection.close()

    async def _connected(self) -> AsyncConnection:
        """To the replica; while that is away, to the database itself."""
        if self._read_url != self._url:
            with contextlib.suppress(SQLAlchemyError, OSError):  # a time-out is an OSError too
                async with asyncio.timeout(REPLICA_PATIENCE):
                    return await self._engine(self._read_url).connect()
        return await self._engine(self._url).connect()

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()
        self._engines.clear()

    def _engine(self, url: str) -> AsyncEngine:
        if url not in self._engines:
            engine = self._engines[url] = _made(url)
            if self._watch is not None:
                self._watch(engine)
        return self._engines[url]


@asynccontextmanager
async def _answering(expected: type[Exception]) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except expected:
        raise
    except DBAPIError as error:
        if _NO_ROOM & {getattr(error.orig, name, None) for name in ("sqlite_errorname", "sqlstate")}:
            raise StoreUnavailable("the database cannot write: there is no room on its disk") from error
        raise StoreUnavailable("the database did not answer") from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnavailable("the database cannot be reached") from error


def _made(url: str) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(
            url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=PATIENCE, pool_pre_ping=True, hide_parameters=True
        )
    if (file := make_url(url).database) and file != ":memory:":
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_async_engine(url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _careful)
    return engine


def _careful(connection: Any, _: object) -> None:
    """Readers beside a writer, waiting instead of failing, and nothing acknowledged that a power cut could undo."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={int(PATIENCE * 1000)}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
