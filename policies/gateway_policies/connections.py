"""State for each user's connection to a vendor: made when first needed, forgotten when it says nothing any more."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 10_000
"""How many states are kept before idle ones are looked for."""
LOOKED_AT = 64
"""How many of the oldest are looked at for each new one: no request pays for all of them."""


class States(Generic[T]):
    """One state for each name. `idle` tells that a state is as good as new; only such a one is forgotten."""

    def __init__(self, make: Callable[[str], T], idle: Callable[[T], bool], most: int = MOST) -> None:
        self._make = make
        self._idle = idle
        self._most = most
        self._states: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._states)

    def __call__(self, name: str) -> T:
        found = self._states.get(name)
        if found is not None:
            return found
        if len(self._states) >= self._most:
            self._forget(list(islice(self._states, LOOKED_AT)))
        return self._states.setdefault(name, self._make(name))

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            state = self._states.pop(name)
            if not self._idle(state):
                self._states[name] = state  # back to the end, so that the next look is at others
