"""Writers and databases that are killed in the middle of things, and what is there afterwards."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from gateway.stores import SqlStore
from tests.custody.grants import OLD, damaged, everything, vault_of, within
from tests.postgres import Postgres
from tests.running import ROOT, eventually

LONGEST = 0.25
"""Seconds between the first promise of a writer and the blow."""


class Ledger(msgspec.Struct):
    """The newest version of each connection that a writer was told is kept."""

    promised: dict[str, int] = {}
    lines: int = 0

    def hear(self, writer: "subprocess.Popen[str]") -> None:
        """Until it is dead; a last line that was cut off is no promise."""
        assert writer.stdout is not None
        for line in writer.stdout:
            if line.endswith("\n"):
                which, version = line.split()
                self.promised[which] = max(self.promised.get(which, 0), int(version))
                self.lines += 1


class Found(msgspec.Struct, frozen=True):
    """What is wrong with a store after a blow: ids of those that are missing or older than promised, and not whole."""

    missing: tuple[str, ...]
    damaged: tuple[str, ...]


def looked_at(url: str, ledger: Ledger) -> Found:
    async def work(store: SqlStore) -> Found:
        versions = {one.id: one.version for one in await everything(store)}
        missing = [which for which, version in ledger.promised.items() if versions.get(which, 0) < version]
        return Found(tuple(missing), tuple(await damaged(store, vault_of(OLD))))

    return within(url, work)


def blows(url: str, number: int, seed: int, *, database: Postgres | None = None) -> tuple[Ledger, list[Found]]:
    """Kills a writer so many times, every other time the database instead, where there is one to kill."""
    ledger, chance, found = Ledger(), random.Random(seed), []
    within(url, everything)
    for blow in range(number):
        hit = database.kill if database is not None and blow % 2 else None
        _one(url, ledger, chance, hit)
        if hit is not None and database is not None:
            database.start()
        found.append(looked_at(url, ledger))
    return ledger, found


def _one(url: str, ledger: Ledger, chance: random.Random, hit: Callable[[], None] | None) -> None:
    command = [sys.executable, "-m", "tests.custody.writer", url, OLD, str(chance.randrange(10_000))]
    before = ledger.lines
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        hearing = threading.Thread(target=ledger.hear, args=(writer,))
        hearing.start()
        try:

            def it_promises() -> bool:
                return ledger.lines > before or writer.poll() is not None

            eventually(it_promises, 30)
            time.sleep(chance.random() * LONGEST)
            if hit is not None:
                hit()
        finally:
            writer.kill()
            hearing.join()
