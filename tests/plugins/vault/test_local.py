"""What a vault seals opens for what it belongs to, and for nothing else."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.contract import Unsealable
from gateway_vault.local import LocalVault
from gateway_vault.ring import KEY_BYTES, Ring

PLAIN = b'{"refresh_token": "mark-of-the-token"}'
BOUND = b"google|ann|1"
OLD, NEW = bytes(KEY_BYTES), bytes([1]) * KEY_BYTES

VAULT = LocalVault(Ring("k1", {"k1": OLD}))
SEALED = asyncio.run(VAULT.seal(PLAIN, BOUND))


def opened(sealed: bytes, bound: bytes = BOUND, vault: LocalVault = VAULT) -> bytes:
    return asyncio.run(vault.open(sealed, bound))


def test_what_was_sealed_opens() -> None:
    assert opened(SEALED) == PLAIN
    assert b"mark" not in SEALED


def test_nothing_is_sealed_twice_alike() -> None:
    assert asyncio.run(VAULT.seal(PLAIN, BOUND)) != SEALED


@pytest.mark.parametrize("bound", [b"google|bob|1", b"google|ann|2", b"microsoft|ann|1", b""])
def test_what_belongs_to_another_does_not_open(bound: bytes) -> None:
    with pytest.raises(Unsealable):
        opened(SEALED, bound)


@given(st.integers(0, len(SEALED) * 8 - 1))
@settings(max_examples=len(SEALED) * 8)
def test_one_bit_is_enough(bit: int) -> None:
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unsealable):
        opened(bytes(changed))


@given(st.one_of(st.binary(max_size=200), st.integers(0, len(SEALED) - 1).map(lambda end: SEALED[:end])))
def test_what_is_no_record_is_an_error_and_nothing_else(sealed: bytes) -> None:
    with pytest.raises(Unsealable):
        opened(sealed)


@given(st.integers(0, len(SEALED)), st.integers(0, len(SEALED)))
def test_parts_of_two_records_make_no_third(cut: int, again: int) -> None:
    other = asyncio.run(VAULT.seal(b"something else", BOUND))
    mixed = SEALED[:cut] + other[again:]
    if mixed in (SEALED, other):
        return
    with pytest.raises(Unsealable):
        opened(mixed)


def test_old_keys_open_until_they_are_taken_away() -> None:
    both = LocalVault(Ring("k2", {"k2": NEW, "k1": OLD}))
    fresh = asyncio.run(both.seal(PLAIN, BOUND))

    assert opened(SEALED, vault=both) == PLAIN
    assert (both.stale(SEALED), both.stale(fresh)) == (True, False)
    with pytest.raises(Unsealable, match="sealed with the key `k2`, which is not among the vault's keys"):
        opened(fresh)
    with pytest.raises(Unsealable, match="the key `k1` is not the one that it was sealed with"):
        opened(SEALED, vault=LocalVault(Ring("k1", {"k1": NEW})))
