"""A vendor's limit that several processes have in common: what each may send, and when all of them rest."""

import secrets
from collections.abc import Callable
from typing import Protocol
from weakref import WeakValueDictionary

import msgspec

from gateway import NotShared, Pace, Shared

CHANNEL = "rate_limit"
AHEAD = 0.025
"""Seconds' worth of calls that a process takes at once, at most: at high rates not every call asks."""
KEPT = 0.04
"""Seconds after which what was taken and not sent is not sent any more."""
PART = 4
"""What may go out at once among several processes is at most this part of the requests, or what one call costs."""


class Dearest:
    """What one call of a limit may cost, in any endpoint."""

    cost = 1


class Supply:
    """What this process may send of a limit that others draw on as well.

    What may go out at once lowers what may follow, and so does what may be sent a little after it was taken: no window
    of `per` seconds ever holds more than `requests`.
    """

    def __init__(self, shared: Shared, name: str, limit: Pace, clock: Callable[[], float], dearest: Dearest) -> None:
        self._shared = shared
        self._name = name
        self._limit = limit
        self._clock = clock
        self._dearest = dearest
        self._lease = max(1, int(limit.amount / limit.per * AHEAD))
        self._size = 1
        self._pace: Pace | None = None
        self._tokens = 0
        self._until = 0.0

    def has(self, cost: int, now: float) -> bool:
        return self._tokens >= cost and now < self._until

    def use(self, cost: int) -> bool:
        """Takes from what this process has; it must be enough."""
        self._tokens -= cost
        return True

    async def ask(self, cost: int) -> float:
        """Seconds until there is enough for everybody before it; 0 where it was granted, or nobody can tell.

        Where a process could not send what it took, it takes less.
        """
        pace = self._pace if self._pace is not None and cost <= self._pace.burst else self._decided()
        used_up = self._tokens < cost and self._clock() < self._until
        self._size = min(self._size * 2, self._lease) if used_up else 1
        try:
            taken = await self._shared.take(self._name, pace, max(cost, self._size), least=cost)
        except NotShared:
            self._have(cost)  # the limit of this process alone holds all the same
            return 0.0
        if taken.granted:
            self._have(taken.granted)
            return 0.0
        return taken.seconds + (cost - taken.remaining - 1) * pace.per / pace.amount

    def _decided(self) -> Pace:
        """All processes come to the same, since all of them have compiled the same endpoints."""
        limit, dearest = self._limit, self._dearest.cost
        burst = max(min(limit.burst, limit.amount // PART), dearest, self._lease)
        late = KEPT / limit.per if self._lease > 1 else 0.0
        self._pace = Pace(max(int((limit.amount - burst + 1) / (1 + late)), 1), limit.per, burst)
        return self._pace

    def _have(self, amount: int) -> None:
        now = self._clock()
        self._tokens = amount + (self._tokens if now < self._until else 0)
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
