"""Whoever does most is among those who are remembered, however many others there are."""

import random
from collections import Counter

from gateway.observing.heaviest import Heaviest


def test_few_are_counted_exactly() -> None:
    heaviest: Heaviest[str] = Heaviest(3)
    gone = [heaviest.add(who) for who in "abacab"]

    assert gone == [None] * 6
    assert [heaviest.surely(who) for who in "abcd"] == [3, 2, 1, 0]


def test_who_comes_late_gets_the_place_of_whoever_has_least() -> None:
    heaviest: Heaviest[str] = Heaviest(2)

    assert [heaviest.add(who) for who in "aabc"] == [None, None, None, "b"]
    assert heaviest.surely("c") == 1
    assert heaviest.surely("b") == 0


def test_of_a_crowd_the_heavy_ones_stay_and_nobody_is_blamed_for_others() -> None:
    chance, heaviest, true = random.Random(7), Heaviest[int](50), Counter[int]()
    for _ in range(50_000):
        who = chance.randrange(3) if chance.random() < 0.3 else chance.randrange(10, 100_000)
        heaviest.add(who)
        true[who] += 1

    assert len(heaviest) == 50
    assert all(heaviest.surely(who) > 0.9 * true[who] for who in range(3))
    assert all(heaviest.surely(who) <= true[who] for who in range(100_000))
