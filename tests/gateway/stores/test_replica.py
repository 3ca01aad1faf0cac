"""A read replica: lists and lookups go there, decisions do not, and nothing depends on it."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from gateway.errors import StoreUnavailable
from gateway.stored import Connection, Entry, Key
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare
from tests.running import free_port

KEY = Key(id="k1", digest=b"d" * 32, name="app", scopes=("*",), created_at=1.0)
GRANT = Connection(id="c1", provider="google", user="ann", status="active", sealed=b"old")


async def lagging(folder: Path) -> str:
    """A replica that has seen the beginning and nothing since; gives its address."""
    first = Database(f"sqlite:///{folder}/primary.db")
    await prepare(first)
    await SqlStore(first).keys.add(KEY)
    await first.close()
    with sqlite3.connect(folder / "primary.db") as primary, sqlite3.connect(folder / "replica.db") as replica:
        primary.backup(replica)
    return f"sqlite:///{folder}/replica.db"


def test_lists_and_lookups_are_read_there_and_what_decides_is_not(tmp_path: Path) -> None:
    async def main() -> None:
        store = SqlStore(Database(f"sqlite:///{tmp_path}/primary.db", await lagging(tmp_path)))
        await store.keys.change("k1", revoked_at=2.0)
        await store.connections.add(GRANT)
        await store.audit.note(Entry(at=1.0, who="ann", action="key.made", target="k1"))
        found = await store.keys.find("k1")

        assert found is not None
        assert found.revoked_at is None
        assert (await store.connections.every(), await store.audit.every()) == ([], [])
        assert await store.connections.find("google", "ann") == GRANT == await store.connections.get("c1")
        await store.database.close()

    asyncio.run(main())


@pytest.mark.parametrize("away", ["postgresql://gateway@127.0.0.1:{port}/gateway", "sqlite:////nowhere/at/all.db"])
def test_while_it_is_away_the_database_itself_is_asked(tmp_path: Path, away: str) -> None:
    async def main() -> None:
        await lagging(tmp_path)
        address = away.format(port=free_port()).replace("/nowhere", "/proc/nowhere")
        store = SqlStore(Database(f"sqlite:///{tmp_path}/primary.db", address))

        assert await store.keys.find("k1") == KEY
        await store.database.close()

    asyncio.run(main())


def test_one_whose_answer_is_no_answer_is_told_as_such(tmp_path: Path) -> None:
    async def main() -> None:
        shutil.copy(Path(__file__), tmp_path / "replica.db")
        store = SqlStore(Database(f"sqlite:///{tmp_path}/primary.db", f"sqlite:///{tmp_path}/replica.db"))
        with pytest.raises(StoreUnavailable):
            await store.keys.every()
        await store.database.close()

    asyncio.run(main())
