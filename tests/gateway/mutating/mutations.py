"""One change to a config, and what whoever made it knows: which problems it has to give, and in which lines."""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from tests.gateway.mutating.places import Entry, Shipped

T = TypeVar("T")


class Mutation(NamedTuple):
    """`expected` are code and line of every error; of a harmless change there is none."""

    what: str
    text: str
    expected: frozenset[tuple[str, int]]


Maker = Callable[[Shipped, random.Random], Mutation]


def mutation(what: str, text: str, *expected: tuple[str, int]) -> Mutation:
    return Mutation(what, text, frozenset(expected))


def some(chosen: random.Random, things: Sequence[T]) -> T:
    """One of them; a kind of mutation that finds nothing to change is a mistake of the test."""
    assert things
    return chosen.choice(things)


def named(shipped: Shipped, *names: str) -> list[Entry]:
    return [entry for entry in shipped.keys if entry.name in names]
