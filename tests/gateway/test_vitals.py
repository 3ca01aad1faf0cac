"""What is so at the moment, as a gateway's gauges tell it."""

import asyncio
import math
from pathlib import Path

import msgspec

from gateway.plan.nowhere import NoStore
from gateway.sharing import Memory, State
from gateway.stored import Key
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare
from gateway.vitals import EVERY, Vitals
from tests.gateway.numbers import families, value
from tests.kit import clock, kit, run

NOW = 1_800_000_000.0
DAY = 86_400.0
KEY = Key(id="k", digest=b"", name="n", scopes=(), created_at=NOW)


class Lost(Memory):
    """Others, of whom nothing is heard."""

    heard: State = "lost"

    @property
    def state(self) -> State:
        return self.heard


def test_whether_the_others_can_be_reached_is_told_at_each_scrape() -> None:
    async def main() -> None:
        world, shared = kit(), Lost(clock)
        Vitals(world, shared, lambda: False)
        assert value(families(world), "gateway_shared_state_reachable") == 0

        shared.heard = "ok"
        assert value(families(world), "gateway_shared_state_reachable") == 1

    run(main())


def test_a_database_that_is_not_needed_is_not_looked_for() -> None:
    async def main() -> None:
        world = kit()
        vitals = Vitals(world, Memory(clock), lambda: False)
        vitals.start()
        await asyncio.sleep(2 * EVERY)
        await vitals.close()

        assert math.isnan(value(families(world), "gateway_store_reachable"))

    run(main())


def test_a_database_that_is_away_is_told() -> None:
    async def main() -> None:
        world = kit(stored=NoStore())
        vitals = Vitals(world, Memory(clock), lambda: True)
        vitals.start()
        await asyncio.sleep(0.1)
        await vitals.close()

        assert value(families(world), "gateway_store_reachable") == 0

    run(main())


def test_keys_that_end_within_a_week_are_counted_but_not_those_that_somebody_saw_to(tmp_path: Path) -> None:
    ends = {"soon": DAY, "later": 30 * DAY, "over": -DAY}
    keys = [msgspec.structs.replace(KEY, id=id_, digest=id_.encode(), expires_at=NOW + at) for id_, at in ends.items()]
    keys += [msgspec.structs.replace(KEY, id="ever", digest=b"ever")]
    keys += [msgspec.structs.replace(KEY, id="rotated", digest=b"r", expires_at=NOW + DAY, successor="ever")]
    keys += [msgspec.structs.replace(KEY, id="revoked", digest=b"v", expires_at=NOW + DAY, revoked_at=NOW)]

    async def main() -> None:
        database = Database(f"sqlite:///{tmp_path}/gateway.db")
        store = SqlStore(database)
        await prepare(database)
        for key in keys:
            await store.keys.add(key)
        world = kit(stored=store, now=NOW)
        vitals = Vitals(msgspec.structs.replace(world, now=lambda: NOW), Memory(world.clock), lambda: True)
        vitals.start()
        for _ in range(200):
            await asyncio.sleep(0.02)
            if value(families(world), "gateway_store_reachable") == 1:
                break
        await vitals.close()
        await database.close()

        assert value(families(world), "gateway_keys_expiring") == 1

    asyncio.run(main())
