"""Ten thousand ways to change what is sealed, and what it is bound to: each is an error, none gives a word away."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator

from gateway.contract import Unsealable
from gateway_vault.local import LocalVault
from gateway_vault.ring import KEY_BYTES, Ring

MUTATIONS = 10_000
PROMISED = 2.0
"""Seconds; a guard against hanging waits five times as long."""
RING = Ring("k1", {"k1": bytes(KEY_BYTES), "k2": bytes([1]) * KEY_BYTES})
VAULT = LocalVault(RING)
OTHER = LocalVault(Ring("k2", RING.keys))

Record = tuple[bytes, bytes]
"""What is sealed, and what it is bound to."""


def records() -> list[Record]:
    bounds = [
        b'["connection","%s","%s",%d]' % (p, u, v)
        for p in (b"google", b"crm")
        for u in (b"ann", b"bob")
        for v in (1, 2)
    ]
    return [
        (asyncio.run(vault.seal(b"mark-of-" + bound * size, bound)), bound)
        for bound in bounds
        for vault, size in ((VAULT, 1), (OTHER, 40))
    ]


def flipped(record: Record, other: Record, chance: random.Random) -> Record:
    sealed = bytearray(record[0])
    for _ in range(chance.choice((1, 1, 2, 9))):
        sealed[chance.randrange(len(sealed))] ^= 1 << chance.randrange(8)
    return bytes(sealed), record[1]


def cut(record: Record, other: Record, chance: random.Random) -> Record:
    return record[0][: chance.randrange(len(record[0]))], record[1]


def grown(record: Record, other: Record, chance: random.Random) -> Record:
    at = chance.randrange(len(record[0]) + 1)
    return record[0][:at] + chance.randbytes(chance.randrange(1, 40)) + record[0][at:], record[1]


def moved(record: Record, other: Record, chance: random.Random) -> Record:
    return other[0], record[1]


def grafted(record: Record, other: Record, chance: random.Random) -> Record:
    at = chance.randrange(min(len(record[0]), len(other[0])))
    return record[0][:at] + other[0][at:], record[1]


def renamed(record: Record, other: Record, chance: random.Random) -> Record:
    """The other key's id in the header, which is as long."""
    return bytes([*record[0][:3], record[0][3] ^ 3, *record[0][4:]]), record[1]


def bound_elsewhere(record: Record, other: Record, chance: random.Random) -> Record:
    bound = bytearray(record[1])
    bound[chance.randrange(len(bound))] ^= 1 << chance.randrange(8)
    return record[0], bytes(bound)


def made_up(record: Record, other: Record, chance: random.Random) -> Record:
    return chance.randbytes(chance.randrange(400)), record[1]


KINDS: tuple[Callable[[Record, Record, random.Random], Record], ...] = (
    flipped, flipped, flipped, cut, grown, moved, grafted, renamed, bound_elsewhere, made_up,
)  # fmt: skip


def changed(originals: list[Record], chance: random.Random) -> Iterator[tuple[str, Record]]:
    """Only what is no original: two flips may undo each other."""
    whole, made = set(originals), 0
    while made < MUTATIONS:
        record, other = chance.sample(originals, 2)
        kind = KINDS[made % len(KINDS)]
        mutant = kind(record, other, chance)
        if mutant not in whole:
            made += 1
            yield kind.__name__, mutant


async def opened(mutants: list[tuple[str, Record]]) -> list[str]:
    found = []
    for kind, (sealed, bound) in mutants:
        try:
            await VAULT.open(sealed, bound)
        except Unsealable as refused:
            if "mark" not in str(refused):
                continue
        found.append(kind)
    return found


def test_nothing_that_was_changed_or_moved_opens() -> None:
    originals = records()
    mutants = list(changed(originals, random.Random(20)))
    begun = time.perf_counter()
    open_ones = asyncio.run(opened(mutants))

    assert len(mutants) == MUTATIONS
    assert open_ones == []
    assert time.perf_counter() - begun < PROMISED * 5
    assert {kind for kind, _ in mutants} == {kind.__name__ for kind in KINDS}
    assert asyncio.run(opened([("whole", original) for original in originals])) == ["whole"] * len(originals)
