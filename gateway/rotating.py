"""Everything sealed in the store, sealed anew with the vault's newest key, while gateways go on using it.

What is done needs no record of its own: each sealed record names the key that it was sealed with. So it can be stopped
anywhere and begun again, and two of it at once do no harm.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import msgspec

from gateway.contract import Kit, Unsealable
from gateway.stored import Connection

BATCH = 100
"""Records of one transaction: short enough that nobody who waits for it notices."""
AT_ONCE = 8
"""Records that are opened and sealed at a time, where the keys are on another machine."""
_PASSES = 5
"""What is renewed meanwhile by a gateway that does not know the new key is looked at again, but not for ever."""

Told = Callable[[int], None]


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """How many records are sealed under which key; `seals` is the one that new ones are sealed with."""

    seals: str
    keys: Mapping[str, int]

    @property
    def stale(self) -> int:
        return sum(number for key, number in self.keys.items() if key != self.seals)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """`changed` records are sealed anew; `unreadable` are the ids of those that no key opens."""

    seals: str
    changed: int
    unreadable: tuple[str, ...]


async def census(kit: Kit, batch: int = BATCH) -> Census:
    """Raises StoreUnavailable."""
    found: Counter[str] = Counter()
    async for page in _pages(kit, batch):
        found.update(_key_of(kit, record) for record in page)
    return Census(seals=await newest(kit), keys=dict(sorted(found.items())))


async def newest(kit: Kit) -> str:
    """The id of the key that seals. Raises StoreUnavailable."""
    return kit.vault.key_of(await kit.vault.seal(b"", b"which key"))


async def rotate(kit: Kit, batch: int = BATCH, told: Told = lambda done: None) -> Outcome:
    """Tells as it goes how many are done. Raises StoreUnavailable; what is done by then stays done."""
    seals, changed, unreadable = await newest(kit), 0, list[str]()
    for _ in range(_PASSES):
        missed = 0
        unreadable.clear()
        async for page in _pages(kit, batch):
            old = [record for record in page if _key_of(kit, record) != seals]
            fresh = await _sealed_anew(kit, old)
            unreadable += [one.id for one, sealed in zip(old, fresh, strict=True) if sealed is None]
            changes = [(one.id, one.version, new) for one, new in zip(old, fresh, strict=True) if new is not None]
            done = await kit.stored.connections.reseal(changes) if changes else 0
            changed, missed = changed + done, missed + len(changes) - done
            told(changed)
        if not missed:
            break
    return Outcome(seals=seals, changed=changed, unreadable=tuple(unreadable))


async def _pages(kit: Kit, batch: int) -> AsyncIterator[Sequence[Connection]]:
    """All connections that have something sealed; those that end in between are not missed by anybody."""
    after = ""
    while page := await kit.stored.connections.every(after=after, most=batch):
        yield [record for record in page if record.sealed]
        after = page[-1].id


async def _sealed_anew(kit: Kit, records: Sequence[Connection]) -> list[bytes | None]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(record: Connection) -> bytes | None:
        async with turns:
            try:
                return await kit.vault.seal(await kit.vault.open(record.sealed, record.bound), record.bound)
            except Unsealable:
                return None

    return list(await asyncio.gather(*map(one, records)))


def _key_of(kit: Kit, record: Connection) -> str:
    try:
        return kit.vault.key_of(record.sealed)
    except Unsealable:
        return "unknown"
