"""How much goes out, and when there is room again."""

import pytest

from gateway_policies.buckets import Window


def test_what_was_sent_leaves_the_window_no_sooner_than_its_last_is_old_enough() -> None:
    window = Window(2, 10.0)
    window.add(1, 100.0)
    window.add(1, 100.09)  # in the same slice
    assert window.wait(1, 110.05) == pytest.approx(0.04)
    assert window.wait(2, 110.09) == 0


def test_a_window_keeps_no_more_than_its_slices_whatever_goes_through_it() -> None:
    window = Window(100_000, 10.0)
    for number in range(20_000):
        window.wait(1, number / 1000)
        window.add(1, number / 1000)
    assert len(window) <= 101
