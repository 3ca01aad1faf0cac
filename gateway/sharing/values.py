"""Values that are kept for a while, in bounded memory."""

from collections.abc import Callable
from itertools import islice

import msgspec

MOST_KEPT = 64 * 1024**2
"""Bytes of all values together; those that were not looked at for longest make room for new ones."""
LOOKED_AT = 8
"""How many of the eldest are looked at with each new one: what is over is forgotten without a pause for all of it."""
OVERHEAD = 200
"""Bytes that a value costs beside its own."""


class _Value(msgspec.Struct):
    value: bytes
    until: float


class Values:
    """`clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float], most: int = MOST_KEPT) -> None:
        self._clock = clock
        self._most = most
        self._kept: dict[str, _Value] = {}
        self.size = 0

    def get(self, name: str) -> bytes | None:
        found = self._kept.get(name)
        return found.value if found is not None and self._clock() < found.until else None

    def put(self, name: str, value: bytes, seconds: float) -> None:
        self.drop(name)
        self._keep(name, _Value(value, self._clock() + seconds))
        self._forget()

    def drop(self, name: str) -> None:
        found = self._kept.pop(name, None)
        if found is not None:
            self.size -= _cost(name, found)

    def _keep(self, name: str, kept: _Value) -> None:
        self._kept[name] = kept
        self.size += _cost(name, kept)

    def _forget(self) -> None:
        """Who is not over moves to the end, so that the next look is at others."""
        while self.size > self._most:
            self.drop(next(iter(self._kept)))
        now = self._clock()
        for name in list(islice(self._kept, LOOKED_AT)):
            found = self._kept[name]
            self.drop(name)
            if now < found.until:
                self._keep(name, found)


def _cost(name: str, kept: _Value) -> int:
    return len(name) + len(kept.value) + OVERHEAD
