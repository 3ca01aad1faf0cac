"""A vendor's limit that several processes have in common: what each may send, and when all of them rest."""

import secrets
from collections.abc import Callable
from typing import Protocol
from weakref import WeakValueDictionary

import msgspec

from gateway import NotShared, Pace, Shared

CHANNEL = "rate_limit"
AHEAD = 0.02
"""Seconds' worth of calls that a process takes at once, at most: at high rates not every call asks."""
PARTS = 100
"""Where calls are taken one by one, they are counted in parts: so there can be a little room for being late."""
ROOM = 0.02
"""Seconds by which a process may come late for its turn without a loss for all, at most a third of a turn."""
LATE, LATE_PART = 0.1, 20
"""Seconds by which calls may arrive later at the vendor's than those before them, at most this part of `per`."""
KEPT = 0.03
"""Seconds after which what was taken and not sent is not sent any more."""
HASTE = 0.1
"""Part of a turn by which a process asks later for each time less that it went away empty: so they take turns."""
MANY = 8
"""Times of that kind that make a difference."""
PART = 4
"""What may go out at once among several processes is at most this part of the requests, or what one call costs."""


class Dearest:
    """What one call of a limit may cost, in any endpoint."""

    cost = 1


class Supply:
    """What this process may send of a limit that others draw on as well.

    What may go out at once lowers what may follow, and so does what may be sent or arrive a little later than the rest:
    no window of `per` seconds ever holds more than `requests`.
    """

    def __init__(self, shared: Shared, name: str, limit: Pace, clock: Callable[[], float], dearest: Dearest) -> None:
        self._shared = shared
        self._name = name
        self._limit = limit
        self._clock = clock
        self._dearest = dearest
        self._lease = max(1, int(limit.amount / limit.per * AHEAD))
        self._parts = PARTS if self._lease == 1 else 1
        self._size = 1
        self._pace: Pace | None = None
        self._amount = 0
        self._until = 0.0
        self._empty = 0

    def has(self, cost: int, now: float) -> bool:
        return self._amount >= cost * self._parts and now < self._until

    def use(self, cost: int) -> bool:
        """Takes from what this process has; it must be enough."""
        self._amount -= cost * self._parts
        return True

    async def ask(self, cost: int) -> float:
        """Seconds until there is enough for everybody before it; 0 where it was granted, or nobody can tell.

        Where a process could not send what it took, it takes less.
        """
        pace = self._pace if self._pace is not None and cost * self._parts <= self._pace.burst else self._decided()
        used_up = self._clock() < self._until
        self._size = min(self._size * 2, self._lease) if used_up else 1
        least = cost * self._parts
        try:
            taken = await self._shared.take(self._name, pace, max(least, self._size * self._parts), least=least)
        except NotShared:
            self._have(least)  # the limit of this process alone holds all the same
            return 0.0
        if taken.granted:
            self._have(taken.granted)
            self._empty = 0
            return 0.0
        self._empty = min(self._empty + 1, MANY)
        turn = pace.per / pace.amount
        return taken.seconds + (least - taken.remaining - 1) * turn + HASTE * turn * self._parts / (1 << self._empty)

    def _decided(self) -> Pace:
        """All processes come to the same, since all of them have compiled the same endpoints."""
        limit, parts = self._limit, self._parts
        room = min(int(limit.amount / limit.per * ROOM * parts), parts // 3)
        burst = max(min(limit.burst, limit.amount // PART), self._dearest.cost, self._lease) * parts + room
        late = min(LATE, limit.per / LATE_PART) + (KEPT if self._lease > 1 else 0.0)
        amount = ((limit.amount + 1) * parts - burst) / (1 + late / limit.per)
        self._pace = Pace(max(int(amount), 1), limit.per, burst)
        return self._pace

    def _have(self, amount: int) -> None:
        now = self._clock()
        self._amount = amount + (self._amount if now < self._until else 0)
        self._until = now + KEPT


class Rests(Protocol):
    """What can be told to rest for so many seconds."""

    def rest(self, seconds: float) -> None: ...


class Resting(msgspec.Struct, frozen=True, array_like=True):
    sender: str
    name: str
    seconds: float


class Company:
    """All processes of one gateway: when the vendor asks one to rest, all do."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.throttles: WeakValueDictionary[str, Rests] = WeakValueDictionary()
        self._me = secrets.token_hex(4)
        self._deaf = shared.listen(CHANNEL, self._heard)

    def stop(self) -> None:
        self._deaf()

    def tell(self, name: str, seconds: float) -> None:
        if not self.shared.alone:
            self.shared.tell(CHANNEL, msgspec.msgpack.encode(Resting(self._me, name, seconds)))

    def _heard(self, message: bytes | None) -> None:
        if message is None:
            return  # a rest that was missed shows with the vendor's next refusal
        try:
            news = msgspec.msgpack.decode(message, type=Resting)
        except msgspec.DecodeError:
            return  # another version of the gateway
        throttle = self.throttles.get(news.name)
        if throttle is not None and news.sender != self._me:
            throttle.rest(news.seconds)
