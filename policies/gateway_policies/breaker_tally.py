"""When a closed circuit opens: two ways to count results."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

SLICES = 10
"""Parts of a window: old results leave it a tenth at a time."""


class Tally(Protocol):
    """Counts results while the circuit is closed; `add` tells whether it is to open."""

    def add(self, *, failed: bool) -> bool: ...
    def clear(self) -> None: ...


class InARow:
    """Opens after a number of failures without a success between them."""

    def __init__(self, failures: int) -> None:
        self._failures = failures
        self._run = 0

    def add(self, *, failed: bool) -> bool:
        self._run = self._run + 1 if failed else 0
        return self._run >= self._failures

    def clear(self) -> None:
        self._run = 0


class Share:
    """Opens when too large a share of the calls of the last `window` seconds failed."""

    def __init__(self, rate: float, window: float, minimum: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._width = window / SLICES
        self._minimum = minimum
        self._clock = clock
        self._slices: deque[list[int]] = deque()  # number, calls, failures
        self.clear()

    def add(self, *, failed: bool) -> bool:
        number = int(self._clock() / self._width)
        slices = self._slices
        if not slices or slices[-1][0] != number:
            slices.append([number, 0, 0])
            while slices[0][0] <= number - SLICES:
                _, calls, failures = slices.popleft()
                self._calls -= calls
                self._failures -= failures
        slices[-1][1] += 1
        slices[-1][2] += failed
        self._calls += 1
        self._failures += failed
        return failed and self._calls >= self._minimum and self._failures >= self._rate * self._calls

    def clear(self) -> None:
        self._slices.clear()
        self._calls = self._failures = 0
