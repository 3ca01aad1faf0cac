"""What is kept is found again, and what must happen once happens once, in both databases."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from gateway.stored import Connection, Delivery, Entry, Key
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare

KEY = Key(id="k1", digest=b"d" * 32, name="calendar app", scopes=("crm.*", "act-as"), created_at=1.5)
GRANT = Connection(id="c1", provider="google", user="ann", status="active", scopes=("mail",), sealed=b"\x00\xff")

Scenario = Callable[[SqlStore], Awaitable[None]]
Play = Callable[[Scenario], None]


@pytest.fixture
def play(url: str) -> Play:
    """Runs a scenario in an empty store."""

    def run(scenario: Scenario) -> None:
        async def main() -> None:
            database = Database(url)
            try:
                await prepare(database)
                await scenario(SqlStore(database))
            finally:
                await database.close()

        asyncio.run(main())

    return run


def test_a_key_is_found_changed_and_seen_in_use(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        await store.keys.add(KEY)
        await store.keys.used({"k1": 9.0, "unknown": 9.0})
        await store.keys.used({"k1": 4.0})
        assert await store.keys.change("k1", revoked_at=10.0)
        assert not await store.keys.change("k2", revoked_at=10.0)

        found = await store.keys.find("k1")
        assert found == msgspec.structs.replace(KEY, last_used_at=9.0, revoked_at=10.0)
        assert list(await store.keys.every()) == [found]
        assert await store.keys.find("k2") is None

    play(scenario)


def test_a_user_has_one_connection_to_a_provider(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        assert await store.connections.add(GRANT)
        assert not await store.connections.add(msgspec.structs.replace(GRANT, id="c2"))
        assert await store.connections.add(msgspec.structs.replace(GRANT, id="c3", user="bob"))

        assert await store.connections.find("google", "ann") == GRANT == await store.connections.get("c1")
        assert [one.id for one in await store.connections.every()] == ["c1", "c3"]
        assert [one.id for one in await store.connections.every(user="bob")] == ["c3"]
        assert [one.id for one in await store.connections.every(after="c1", most=1)] == ["c3"]
        assert await store.connections.every(provider="microsoft") == []
        assert await store.connections.counted() == {("google", "active"): 2}
        assert await store.connections.remove("c1")
        assert not await store.connections.remove("c1")

    play(scenario)


def test_of_many_that_replace_one_version_one_succeeds(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        await store.connections.add(msgspec.structs.replace(GRANT, id="race", user="race"))

        async def replace(number: int) -> bool:
            newer = msgspec.structs.replace(GRANT, id="race", user="race", version=2, sealed=b"%d" % number)
            return await store.connections.replace(newer, 1)

        won = await asyncio.gather(*(replace(number) for number in range(8)))
        found = await store.connections.get("race")

        assert won.count(True) == 1
        assert found is not None
        assert (found.version, found.sealed) == (2, b"%d" % won.index(True))

    play(scenario)


def test_one_at_a_time_may_renew_a_connection(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        await store.connections.add(GRANT)
        claim = store.connections.claim

        won = await asyncio.gather(*(claim("c1", 1, f"owner {number}", 10.0, 40.0) for number in range(8)))
        winner, loser = f"owner {won.index(True)}", f"owner {won.index(False)}"
        assert won.count(True) == 1
        assert await store.connections.get("c1") == GRANT
        assert await claim("c1", 1, winner, 11.0, 40.0)
        await store.connections.release("c1", loser)
        assert not await claim("c1", 1, loser, 39.0, 60.0)
        assert not await claim("c1", 2, winner, 11.0, 40.0)

        assert await claim("c1", 1, loser, 40.0, 60.0), "who had it is dead, or too slow"
        assert await store.connections.replace(msgspec.structs.replace(GRANT, version=2), 1)
        assert await claim("c1", 2, winner, 41.0, 70.0), "what was claimed is not there any more"
        await store.connections.release("c1", winner)
        assert await claim("c1", 2, loser, 42.0, 70.0)

    play(scenario)


def test_tickets_that_nobody_came_for_do_not_pile_up(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        for number in range(5):
            await store.tickets.put("link", bytes([number]), b"payload", until=100.0 + number)
        await store.tickets.put("link", b"later", b"payload", until=100.0 + 3602)

        left = [await store.tickets.read("link", bytes([number]), now=0.0) for number in range(5)]
        assert left == [None, None, None, b"payload", b"payload"]

    play(scenario)


def test_a_ticket_is_given_to_one(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        await store.tickets.put("link", b"digest", b"payload", until=100.0)
        await store.tickets.put("link", b"late", b"payload", until=50.0)

        assert await store.tickets.read("link", b"digest", now=60.0) == b"payload"
        assert await store.tickets.read("link", b"late", now=60.0) is None
        assert await store.tickets.take("state", b"digest", now=60.0) is None
        taken = await asyncio.gather(*(store.tickets.take("link", b"digest", now=60.0) for _ in range(8)))
        assert sorted(taken, key=bool) == [None] * 7 + [b"payload"]
        assert await store.tickets.take("link", b"late", now=60.0) is None

    play(scenario)


def test_the_audit_trail_tells_the_newest_first(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        for at, action in ((1.0, "key.made"), (2.0, "key_made"), (3.0, "key.revoked")):
            await store.audit.note(Entry(at=at, who="ann", action=action, target="k1", detail={"name": "app"}))

        assert [entry.action for entry in await store.audit.every()] == ["key.revoked", "key_made", "key.made"]
        assert [entry.at for entry in await store.audit.every(action="key.")] == [3.0, 1.0]
        assert [entry.at for entry in await store.audit.every(since=2.0, most=1)] == [3.0]
        assert (await store.audit.every())[0].detail == {"name": "app"}

    play(scenario)


def test_an_event_is_sent_by_one_until_it_arrives(play: Play) -> None:
    async def scenario(store: SqlStore) -> None:
        await store.outbox.put(Delivery(id="e1", url="https://app.example/hook", body=b"{}", due_at=10.0))

        assert await store.outbox.due(now=9.0, until=30.0) == []
        shared = await asyncio.gather(*(store.outbox.due(now=10.0, until=40.0) for _ in range(4)))
        assert [len(part) for part in sorted(shared, key=len)] == [0, 0, 0, 1]
        await store.outbox.later("e1", due_at=20.0)
        again = await store.outbox.due(now=20.0, until=50.0)
        assert [(one.id, one.tries) for one in again] == [("e1", 1)]
        await store.outbox.done("e1")
        assert await store.outbox.due(now=99.0, until=100.0) == []

    play(scenario)
