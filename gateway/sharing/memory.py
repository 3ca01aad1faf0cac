"""Shared state of a process that is alone; the truth that every other form has to match."""

import math
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

import msgspec

from gateway.shared import Heard, Pace, Taken
from gateway.sharing.ears import Ears
from gateway.sharing.link import State
from gateway.sharing.values import LOOKED_AT, Values

T = TypeVar("T")

SECOND = 1_000_000
"""Times are whole microseconds, as in the other forms: sums of fractions would let one too many or too few through."""


class _Number(msgspec.Struct):
    number: int
    until: float


class Memory:
    """Everything in dicts. `clock` is monotonic seconds; `alone` is False where it serves several processes."""

    def __init__(self, clock: Callable[[], float], *, alone: bool = True) -> None:
        self._clock = clock
        self._alone = alone
        self._values = Values(clock)
        self._numbers: dict[str, _Number] = {}
        self._places: dict[str, dict[str, float]] = {}
        self._full_at: dict[str, int] = {}
        self._ears = Ears()

    @property
    def state(self) -> State:
        return "alone" if self._alone else "ok"

    def start(self) -> None:
        """There is nothing to start."""

    async def close(self) -> None:
        """Nor to end."""

    @property
    def alone(self) -> bool:
        return self._alone

    async def get(self, name: str) -> bytes | None:
        return self._values.get(name)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        if absent and self._values.get(name) is not None:
            return False
        self._values.put(name, value, seconds)
        return True

    async def drop(self, name: str) -> None:
        self._values.drop(name)

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        now = self._clock()
        taken = {who: until for who, until in self._places.pop(name, {}).items() if now < until}
        granted = owner in taken or len(taken) < places
        if granted:
            taken[owner] = now + seconds
        if taken:
            self._places[name] = taken
        _forget(self._places, lambda owners: all(until <= now for until in owners.values()))
        return granted

    async def release(self, name: str, owner: str) -> None:
        owners = self._places.get(name, {})
        owners.pop(owner, None)
        if not owners:
            self._places.pop(name, None)

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        now = int(self._clock() * SECOND)
        cost, full = cost_of(pace), cost_of(pace) * pace.burst
        used = min(max(self._full_at.pop(name, 0) - now, 0), full)
        free = (full - used) // cost
        wanted = min(most, free)
        granted = wanted if wanted >= (most if least is None else least) else 0
        used += granted * cost
        if used:
            self._full_at[name] = now + used
        _forget(self._full_at, lambda full_at: full_at <= now)
        return Taken(granted, free - granted, (used % cost or cost) / SECOND)

    async def give_back(self, name: str, pace: Pace, amount: int) -> None:
        if name in self._full_at:
            self._full_at[name] -= amount * cost_of(pace)

    async def add(self, name: str, amount: int, seconds: float) -> int:
        now = self._clock()
        found = self._numbers.pop(name, None)
        number = amount + (found.number if found is not None and now < found.until else 0)
        self._numbers[name] = _Number(number, now + seconds)
        _forget(self._numbers, lambda kept: kept.until <= now)
        return number

    def tell(self, channel: str, message: bytes) -> None:
        self._ears.hear(channel, message)

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        return self._ears.listen(channel, heard)


def cost_of(pace: Pace) -> int:
    """Microseconds until one more of it is there."""
    return math.ceil(pace.per * SECOND / pace.amount)


def _forget(kept: dict[str, T], over: Callable[[T], bool]) -> None:
    """Looks at the eldest few; who is not over moves to the end, so that the next look is at others."""
    for name in list(islice(kept, LOOKED_AT)):
        value = kept.pop(name)
        if not over(value):
            kept[name] = value
