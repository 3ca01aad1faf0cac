"""Whatever is killed while connections are written: what was acknowledged is there, and everything there is whole."""

from pathlib import Path

from gateway.stores import SqlStore
from tests.custody.grants import OLD, damaged, everything, grant, vault_of, within
from tests.custody.killing import Found, Ledger, blows, looked_at
from tests.postgres import postgres_server

WHOLE = Found((), ())


def test_a_writer_that_is_killed_loses_nothing_in_a_file(tmp_path: Path) -> None:
    ledger, found = blows(f"sqlite:///{tmp_path}/gateway.db", 2, 1)

    assert found == [WHOLE] * 2
    assert ledger.lines >= 2


def test_a_database_that_is_killed_loses_nothing_either() -> None:
    with postgres_server(durable=True) as postgres:
        ledger, found = blows(postgres.url, 3, 2, database=postgres)

    assert found == [WHOLE] * 3
    assert ledger.lines >= 3


def test_what_is_missing_or_not_whole_would_be_seen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/gateway.db"

    async def work(store: SqlStore) -> None:
        vault = vault_of(OLD)
        await store.connections.add(await grant(vault, "c1"))
        other = await grant(vault, "c2")
        await store.connections.add(other)
        await store.connections.reseal([("c2", 1, await vault.seal(b"half-", other.bound))])
        assert await damaged(store, vault) == ["c2"]
        assert len(await everything(store)) == 2

    within(url, work)
    assert looked_at(url, Ledger({"c1": 2, "c2": 1, "c3": 1})) == Found(("c1", "c3"), ("c2",))
