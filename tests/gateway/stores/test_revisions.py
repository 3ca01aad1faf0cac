"""An empty database gets its tables, one of another revision is refused with what mends it."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from gateway.stores import Database
from gateway.stores.revisions import downgrade, prepare, revision_of, upgrade
from gateway.stores.standing import OtherRevision, current
from gateway.stores.tables import metadata

START = """
import asyncio, sys
from gateway.stores import Database
from gateway.stores.revisions import prepare

async def main():
    database = Database(sys.argv[1])
    await prepare(database)
    await database.close()

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main())
"""


def run(url: str, scenario: Callable[[Database], Awaitable[None]]) -> None:
    async def main() -> None:
        database = Database(url)
        try:
            await scenario(database)
        finally:
            await database.close()

    asyncio.run(main())


async def pretend(database: Database, revision: str) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def test_an_empty_database_gets_the_tables_that_the_code_knows(url: str) -> None:
    async def scenario(database: Database) -> None:
        assert (await revision_of(database)).state == "empty"
        assert not await current(database)
        await prepare(database)
        await prepare(database)

        assert (await revision_of(database)).state == "current"
        assert await current(database)
        async with database.read() as connection:
            assert await connection.run_sync(_differences) == []

    run(url, scenario)


def _differences(connection: Any) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def test_the_way_back_leads_to_nothing_and_forth_again(url: str) -> None:
    async def scenario(database: Database) -> None:
        await upgrade(database)
        await upgrade(database)
        await downgrade(database, "base")
        assert (await revision_of(database)).state == "empty"
        await upgrade(database)
        assert (await revision_of(database)).state == "current"
        with pytest.raises(ValueError, match="nonsense"):
            await downgrade(database, "nonsense")

    run(url, scenario)


def test_a_newer_database_is_refused(url: str) -> None:
    async def scenario(database: Database) -> None:
        await prepare(database)
        await pretend(database, "9999")

        assert (await revision_of(database)).state == "ahead"
        with pytest.raises(OtherRevision, match=r"of a newer gateway.*`gateway db downgrade"):
            await prepare(database)

    run(url, scenario)


def test_processes_that_start_together_do_not_disturb_each_other(url: str) -> None:
    pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    starting: list[Any] = [subprocess.Popen([sys.executable, "-c", START, url], text=True, **pipes) for _ in range(4)]
    assert {process.stdout.readline() for process in starting} == {"ready\n"}
    for process in starting:
        process.stdin.write("now\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in starting]
    assert {process.returncode for process in starting} == {0}, said

    async def scenario(database: Database) -> None:
        assert (await revision_of(database)).state == "current"

    run(url, scenario)
