"""An address that tries many keys is held off while it tries, and not for hours after."""

from gateway.callers.attempts import ALLOWED, EVERY, FULL, Attempts


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_tries_more_than_a_few_is_held_off() -> None:
    attempts = Attempts(Clock())
    for _ in range(ALLOWED):
        attempts.failed("a")
    assert not attempts.too_many("a")

    attempts.failed("a")
    assert attempts.too_many("a")
    assert not attempts.too_many("b")


def test_however_many_there_were_it_is_over_soon_after_the_last() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(10_000):
        attempts.failed("a")

    clock.now += EVERY
    assert not attempts.too_many("a")
    clock.now += FULL
    attempts.failed("b")
    assert list(attempts._empty_at) == ["b"]


def test_addresses_of_one_network_are_one_who_tries() -> None:
    attempts = Attempts(Clock())
    for number in range(ALLOWED + 1):
        attempts.failed(f"2001:db8::{number:x}")
    attempts.failed("not an address: at all")

    assert attempts.too_many("2001:db8::ffff")
    assert not attempts.too_many("2001:db8:0:1::1")
    assert not attempts.too_many("not an address: at all")


def test_who_is_held_off_can_be_told_for_how_long() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    assert attempts.wait("a") <= 0
    for _ in range(10 * ALLOWED):
        attempts.failed("a")

    assert attempts.wait("a") == EVERY
    clock.now += EVERY
    assert attempts.wait("a") <= 0
