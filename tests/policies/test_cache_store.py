"""What is kept is bounded, and given to nobody but its owner."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from gateway import Reply
from gateway_policies.cache_store import CacheStore, Entry
from tests.kit import call, run
from tests.policies.cached import Vendor, World


def entry(key: str, size: int = 100, stamp: int = 0, owner: str = "") -> Entry:
    return Entry(
        key=(key,),
        owner=owner,
        headers=(),
        validators=(),
        tag=b"",
        body=b"x" * size,
        since=0.0,
        expires=60.0,
        stamp=stamp,
    )


def test_what_was_not_asked_for_the_longest_time_goes_first() -> None:
    store = CacheStore(8_000)
    for key in "abcdefgh":
        store.put(entry(key))
    assert len(store) == 8
    store.get(("a",), "", 0)
    for key in "ijk":
        store.put(entry(key))
    kept = [key for key in "abcdefghijk" if store.get((key,), "", 0)]
    assert "a" in kept
    assert "b" not in kept
    assert kept[-3:] == ["i", "j", "k"]


@given(st.lists(st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 9_000)), max_size=60))
def test_the_bytes_that_are_kept_never_exceed_the_bound_and_are_counted_right(puts: list[tuple[str, int]]) -> None:
    store = CacheStore(20_000)
    for key, size in puts:
        kept = store.put(entry(key, size))
        assert kept == (store.get((key,), "", 0) is not None)
        assert store.size <= 20_000
    bodies = [found.body for key in "abcdefghij" if (found := store.get((key,), "", 0)) is not None]
    assert store.size >= sum(map(sys.getsizeof, bodies))
    for key in "abcdefghij":
        store.get((key,), "", 1)
    assert (len(store), store.size) == (0, 0)


def test_not_even_one_byte_too_many_is_kept() -> None:
    for most in range(20_000, 21_000, 25):
        store = CacheStore(most)
        for number in range(40):
            assert store.put(entry(f"{number:02}"))
        assert most - 2_000 < store.size <= most


def test_an_entry_that_is_too_large_leaves_the_others_alone() -> None:
    store = CacheStore(20_000)
    assert store.put(entry("a"))
    assert not store.put(entry("b", 3_000))
    assert store.get(("a",), "", 0) is not None


def test_what_takes_the_room_is_the_key_too() -> None:
    assert not CacheStore(20_000).put(entry("k" * 3_000))


def test_an_entry_is_given_to_nobody_but_its_owner() -> None:
    store = CacheStore()
    store.put(entry("a", owner="ann"))
    assert store.get(("a",), "bob", 0) is None


def test_callers_who_ask_for_many_things_do_not_fill_the_memory() -> None:
    async def main() -> None:
        world, vendor = World(), Vendor(seconds=0)
        vendor.reply = Reply(200, (), b"x" * 4 * 1024 * 1024)
        handler = world.endpoint(vendor)
        for page in range(40):
            await handler(call(query=(("page", str(page)),)))
        store = world.kit.keep(("cache",), CacheStore)
        assert len(store) == 15
        assert store.size < 64 * 1024 * 1024

    run(main())
