"""Keys change while gateways renew, and nothing fails, nothing is lost, nothing stays behind."""

import asyncio
import random

import msgspec
import pytest

from gateway.contract import Kit, TokenVault, Unsealable
from gateway.errors import StoreUnavailable
from gateway.rotating import census, rotate
from gateway.stores import SqlStore
from tests.custody.grants import BOTH, K1, K2, NEW, OLD, damaged, everything, grant, renew, vault_of, within
from tests.kit import kit


def kit_of(store: SqlStore, vault: TokenVault) -> Kit:
    return kit(stored=store, vault=vault)


async def seeded(store: SqlStore, number: int, keys: str = OLD) -> None:
    for index in range(number):
        assert await store.connections.add(await grant(vault_of(keys), f"c{index:03}"))


class Interfering:
    """A vault that does something else whenever a record is opened: what happens while it is sealed anew."""

    def __init__(self, vault: TokenVault, meanwhile: object) -> None:
        self._vault = vault
        self._meanwhile = meanwhile
        self.seal, self.stale, self.key_of = vault.seal, vault.stale, vault.key_of

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        assert callable(self._meanwhile)
        await self._meanwhile()
        return await self._vault.open(sealed, bound)


def test_everything_is_sealed_anew_and_the_old_key_is_not_needed_any_more(url: str) -> None:
    async def work(store: SqlStore) -> None:
        await seeded(store, 25)
        at = kit_of(store, vault_of(BOTH))
        told: list[int] = []
        before = await census(at)
        outcome = await rotate(at, 10, told.append)

        assert (before.seals, before.keys, before.stale) == ("k2", {"k1": 25}, 25)
        assert (outcome.changed, outcome.unreadable, told[:3]) == (25, (), [10, 20, 25])
        assert (await census(at)).keys == {"k2": 25}
        assert await damaged(store, vault_of(NEW)) == []
        assert (await rotate(at)).changed == 0

    within(url, work)


def test_a_renewal_in_between_wins_and_is_sealed_anew_itself(url: str) -> None:
    async def work(store: SqlStore) -> None:
        await seeded(store, 1)

        async def renewed_meanwhile() -> None:
            if (await everything(store))[0].version == 1:
                await renew(store, vault_of(OLD), "c000")

        outcome = await rotate(kit_of(store, Interfering(vault_of(BOTH), renewed_meanwhile)))
        (found,) = await everything(store)

        assert (found.version, outcome.changed) == (2, 1)
        assert vault_of(BOTH).key_of(found.sealed) == "k2"
        assert await damaged(store, vault_of(BOTH)) == []

    within(url, work)


def test_who_has_claimed_a_connection_keeps_his_claim_and_may_write(url: str) -> None:
    async def work(store: SqlStore) -> None:
        await seeded(store, 1)
        assert await store.connections.claim("c000", 1, "a gateway", 0.0, 10.0)
        assert (await rotate(kit_of(store, vault_of(BOTH)))).changed == 1

        assert not await store.connections.claim("c000", 1, "another gateway", 0.0, 10.0)
        newer = await grant(vault_of(OLD), "c000", 2)
        assert await store.connections.replace(newer, 1)

    within(url, work)


def test_one_that_was_stopped_goes_on_where_it_was(url: str) -> None:
    async def work(store: SqlStore) -> None:
        await seeded(store, 20)
        left = iter(range(12))

        async def away() -> None:
            if next(left, None) is None:
                raise StoreUnavailable("the vault is away")

        with pytest.raises(StoreUnavailable):
            await rotate(kit_of(store, Interfering(vault_of(BOTH), away)), 5)
        at = kit_of(store, vault_of(BOTH))

        assert (await census(at)).keys == {"k1": 10, "k2": 10}
        assert (await rotate(at)).changed == 10

    within(url, work)


def test_what_no_key_opens_is_told_and_left_as_it_is(url: str) -> None:
    async def work(store: SqlStore) -> None:
        await seeded(store, 3)
        foreign = msgspec.structs.replace(await grant(vault_of(OLD), "c003"), user="somebody else")
        broken = msgspec.structs.replace(await grant(vault_of(OLD), "c004"), sealed=b"nonsense")
        for one in (foreign, broken):
            assert await store.connections.add(one)
        outcome = await rotate(kit_of(store, vault_of(BOTH)))

        assert (outcome.changed, outcome.unreadable) == (3, ("c003", "c004"))
        assert [one for one in await everything(store) if one.id >= "c003"] == [foreign, broken]
        assert (await census(kit_of(store, vault_of(BOTH)))).keys == {"k1": 1, "k2": 3, "unknown": 1}

    within(url, work)


def test_what_holds_nothing_is_no_record(url: str) -> None:
    async def work(store: SqlStore) -> None:
        ended = msgspec.structs.replace(await grant(vault_of(OLD), "c000"), sealed=b"", status="revoked")
        assert await store.connections.add(ended)
        at = kit_of(store, vault_of(BOTH))

        assert (await census(at)).keys == {}
        assert (await rotate(at)).changed == 0

    within(url, work)


def test_under_load_nothing_fails_and_nothing_is_lost(url: str) -> None:
    async def work(store: SqlStore) -> None:
        await seeded(store, 60)
        chance, over = random.Random(7), asyncio.Event()
        latest = dict.fromkeys((f"c{index:03}" for index in range(60)), 1)

        async def gateway(rings: list[str]) -> None:
            """Renews and reads as fast as it can; takes over the next ring when it is told to."""
            while not over.is_set():
                which, vault = f"c{chance.randrange(60):03}", vault_of(rings[0])
                version = await renew(store, vault, which)
                latest[which] = max(latest[which], version or 0)

        rings = [f"{K1},{K2}"]
        gateways = [asyncio.create_task(gateway(rings)) for _ in range(3)]
        await asyncio.sleep(0.1)
        rings[0] = BOTH
        outcome = await rotate(kit_of(store, vault_of(BOTH)), 7)
        await asyncio.sleep(0.05)
        await rotate(kit_of(store, vault_of(BOTH)), 7)
        over.set()
        await asyncio.gather(*gateways)

        assert outcome.unreadable == ()
        assert await damaged(store, vault_of(NEW)) == []
        assert {one.id: one.version for one in await everything(store)} == latest
        assert max(latest.values()) > 2

    within(url, work)


def test_rows_that_are_put_in_each_others_places_do_not_open(url: str) -> None:
    async def work(store: SqlStore) -> None:
        vault = vault_of(OLD)
        await seeded(store, 30)
        rows = await everything(store)
        older = {one.id: one for one in rows}
        for one in rows[:5]:
            await renew(store, vault, one.id)
        swapped = [
            (one, another.sealed)
            for one in await everything(store)
            for another in rows
            if one.id != another.id or one.version != older[one.id].version
        ]
        await store.connections.reseal([(one.id, one.version, sealed) for one, sealed in swapped[:1]])
        found = await store.connections.get(swapped[0][0].id)
        assert found is not None
        for one, sealed in [(found, found.sealed), *swapped]:
            with pytest.raises(Unsealable):
                await vault.open(sealed, one.bound)
        assert len(swapped) == 30 * 29 + 5

    within(url, work)
