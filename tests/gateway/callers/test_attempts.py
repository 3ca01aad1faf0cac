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
