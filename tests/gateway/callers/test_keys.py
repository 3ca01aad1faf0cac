"""The form of a key: made, told from what is none, never shown by accident."""

import hashlib

import pytest

from gateway.callers.keys import ALPHABET, digest_of, id_of, make

MADE = make("calendar app", ("crm.*",), now=5.0)


def test_a_key_is_kept_as_a_digest() -> None:
    assert MADE.secret.startswith("gwk_live_")
    assert len(MADE.secret) == len("gwk_live_") + 36
    assert MADE.key.digest == hashlib.sha256(MADE.secret.encode()).digest() == digest_of(MADE.secret)
    assert MADE.key.id == id_of(MADE.secret) == MADE.secret[:19]
    assert MADE.secret not in repr(MADE)


def test_no_two_are_alike() -> None:
    assert len({make("app", (), now=0.0).secret for _ in range(1000)}) == 1000


@pytest.mark.parametrize("place", range(9, 45))
def test_a_typing_error_is_seen_without_asking_anybody(place: int) -> None:
    wrong = next(sign for sign in ALPHABET if sign != MADE.secret[place])

    assert id_of(MADE.secret[:place] + wrong + MADE.secret[place + 1 :]) is None


@pytest.mark.parametrize(
    "text",
    ["", "gwk_live_", MADE.secret[:-1], MADE.secret + "0", MADE.secret.replace("live", "dead")],
    ids=["empty", "the_beginning", "too_short", "too_long", "of_another_kind"],
)
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert id_of(text) is None
