"""What is kept as vendors allow is bounded, and given to nobody but its owner."""

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Headers, Reply
from gateway.shared import Heard
from gateway.sharing import Memory
from gateway_policies.cache_rfc_rules import Stored
from gateway_policies.cache_rfc_store import MOST_VARIANTS, VariantStore
from tests.kit import clock, run
from tests.policies.respected import Process, asks, said


def store(most: int = 8_000) -> VariantStore:
    return VariantStore(Memory(clock), most)


def one(size: int = 100, *, language: str = "", owner: str = "", stamp: int = 0) -> Stored:
    return Stored(
        status=200,
        headers=(),
        body=b"x" * size,
        verdict=None,
        varying=((b"accept-language", language.encode()),) if language else (),
        owner=owner,
        stamp=stamp,
        born=0.0,
        lifetime=60.0,
        revalidate=0.0,
        if_error=0.0,
        strict=False,
        checked=False,
    )


def asked(language: str) -> Headers:
    return ((b"accept-language", language.encode()),)


def test_what_was_not_asked_for_the_longest_time_goes_first() -> None:
    kept = store()
    for key in "abcdefghijk":
        kept.put((key,), one(350), ())
    assert kept.find(("a",), "", (), 0) is None
    first = next(key for key in "bcdefghijk" if kept.find((key,), "", (), 0) is not None)  # and asks for it
    kept.put(("l",), one(350), ())
    assert kept.find((first,), "", (), 0) is not None


def test_not_one_answer_may_drive_out_all_others() -> None:
    kept = store()
    assert not kept.put(("a",), one(1_001), ())
    assert len(kept) == 0


def test_an_answer_takes_the_place_of_the_one_that_fits_the_same_request() -> None:
    kept = store()
    kept.put(("a",), one(1, language="de"), asked("de"))
    kept.put(("a",), one(2, language="fr"), asked("fr"))
    kept.put(("a",), one(3, language="de"), asked("de"))
    german, french = (kept.find(("a",), "", asked(language), 0) for language in ("de", "fr"))
    assert german is not None
    assert french is not None
    assert (len(german.body), len(french.body), len(kept)) == (3, 2, 2)


def test_a_vendor_that_varies_without_end_fills_no_more_than_its_share() -> None:
    kept = store(1_000_000)
    for number in range(100):
        kept.put(("a",), one(language=str(number)), asked(str(number)))
    assert len(kept) == MOST_VARIANTS
    assert kept.find(("a",), "", asked("99"), 0) is not None


def test_nobody_gets_anothers_nor_what_was_written_to_since() -> None:
    kept = store()
    kept.put(("a",), one(owner="ann", stamp=1), ())
    assert kept.find(("a",), "bob", (), 1) is None
    kept.put(("a",), one(owner="ann", stamp=1), ())
    assert kept.find(("a",), "ann", (), 2) is None
    assert (len(kept), kept.size) == (0, 0)


class Hearing(Memory):
    """Lets a test say what is heard."""

    def __init__(self) -> None:
        super().__init__(clock, alone=False)
        self.ears: list[Heard] = []

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        self.ears.append(heard)
        return super().listen(channel, heard)


def test_where_a_write_may_have_been_missed_everything_counts_as_written_to() -> None:
    memory = Hearing()
    kept = VariantStore(memory)
    before = kept.mark("/contacts")
    (ear,) = memory.ears
    ear(None)
    assert kept.mark("/contacts") == before + 1


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 3_000), st.sampled_from("xyz")), max_size=60))
def test_the_bytes_that_are_kept_never_exceed_the_bound_and_are_counted_right(puts: list[tuple[str, int, str]]) -> None:
    kept = store(20_000)
    for key, size, language in puts:
        put = kept.put((key,), one(size, language=language), asked(language))
        assert put == (kept.find((key,), "", asked(language), 0) is not None)
        assert kept.size <= 20_000
    for key in "abcde":
        kept.find((key,), "", (), 1)
    assert (len(kept), kept.size) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.sampled_from("abc"), st.integers(0, 12)), max_size=30))
def test_whatever_is_asked_in_whatever_order_each_user_gets_his_own(questions: list[tuple[str, str, int]]) -> None:
    async def owned(call: Call) -> Reply:
        fields = ((b"cache-control", b"private, max-age=10, stale-while-revalidate=5"),)
        return Reply(200, fields, f"{call.caller.user} {call.target}".encode())

    async def main() -> None:
        handler = Process().endpoint(owned, {"user_bound": True})
        for user, name, seconds in questions:
            assert said(await handler(asks("/" + name, user=user)))[0] == f"{user} /{name}".encode()
            await asyncio.sleep(seconds)

    run(main())
