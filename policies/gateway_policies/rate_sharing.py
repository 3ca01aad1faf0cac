"""A vendor's limit that several processes have in common: what each may send, and when all of them rest."""

import math
import secrets
from collections.abc import Callable
from typing import Protocol
from weakref import WeakValueDictionary

import msgspec

from gateway import NotShared, Pace, Shared

CHANNEL = "rate_limit"
AHEAD = 0.05
"""Seconds' worth of calls that a process takes at once: at high rates not every call asks."""
KEPT = 0.2
"""Seconds after which what was taken and not sent is not sent any more."""


class Supply:
    """What this process may send of a limit that others draw on as well.

    What may go out at once lowers what may follow, so that no window of `per` seconds holds more than `requests`; a
    burst of more than half the requests is beyond that, and is believed.
    """

    def __init__(self, shared: Shared, name: str, limit: Pace, clock: Callable[[], float]) -> None:
        self._shared = shared
        self._name = name
        self._clock = clock
        self._lease = max(1, math.ceil(limit.amount / limit.per * AHEAD))
        burst = max(limit.burst, self._lease)
        self._pace = Pace(max(limit.amount - burst + 1, math.ceil(limit.amount / 2)), limit.per, burst)
        self._tokens = 0
        self._until = 0.0

    def use(self, cost: int) -> bool:
        """Takes from what this process has, if that is enough."""
        if self._tokens < cost or self._clock() >= self._until:
            return False
        self._tokens -= cost
        return True

    async def ask(self, cost: int) -> float:
        """Seconds until there is enough for everybody before it; 0 where it was granted, or nobody can tell."""
        try:
            taken = await self._shared.take(self._name, self._pace, max(cost, self._lease), least=cost)
        except NotShared:
            self._have(cost)  # the limit of this process alone holds all the same
            return 0.0
        if taken.granted:
            self._have(taken.granted)
            return 0.0
        return taken.seconds + (cost - taken.remaining - 1) * self._pace.per / self._pace.amount

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
