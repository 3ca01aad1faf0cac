"""A quota that several processes have in common: taken in small leases, so that most requests ask nobody.

A lease is at most a twentieth of what is left, and what is not used within a second goes back: together the processes
never allow more than the quota, and none refuses for long what another does not use. Near its end each request asks.
"""

import asyncio
from collections.abc import Callable

import msgspec

from gateway import NotShared, Pace, Shared, Taken

PART = 20
"""A lease is at most this part of what is left."""
KEPT = 1.0
"""Seconds after which the rest of a lease goes back."""
MOST = 100_000
"""Callers whose debts are remembered while the others cannot be reached."""
GRAIN = 1e-6
"""Seconds by which a timer may come early, by rounding."""


class Lease(msgspec.Struct):
    """What this process may still allow by itself; `left` is what others could take, when it was asked."""

    amount: int
    left: int
    seconds: float
    until: float


class Leases:
    """Leases of one quota, by who has it; `name` is what the quota is called in the shared state."""

    def __init__(self, shared: Shared, name: str, pace: Pace, clock: Callable[[], float]) -> None:
        self._shared = shared
        self._name = name
        self._pace = pace
        self._clock = clock
        self._leases: dict[str, Lease] = {}
        self._owed: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    def use(self, who: str) -> Taken | None:
        """One request out of a lease; None where there is none."""
        lease = self._leases.get(who)
        if lease is None or not lease.amount:
            return None
        lease.amount -= 1
        return Taken(1, lease.left + lease.amount, lease.seconds)

    async def ask(self, who: str) -> Taken:
        """One request, and a lease for the next ones where there is plenty. Raises NotShared."""
        known = self._leases.get(who)
        most = 1 if known is None else max(1, known.left // PART)
        owed = self._owed.pop(who, 0)
        if owed:
            await self._pay(who, owed)
        taken = await self._shared.take(f"{self._name}/{who}", self._pace, most, least=1)
        if not taken.granted:
            self._leases.pop(who, None)
            return taken
        self._keep(who, taken)
        return Taken(1, taken.remaining + taken.granted - 1, taken.seconds)

    def owe(self, who: str) -> None:
        """A request was allowed without asking: it is charged when the others are there again."""
        if who in self._owed or len(self._owed) < MOST:
            self._owed[who] = min(self._owed.get(who, 0) + 1, self._pace.burst)

    def _keep(self, who: str, taken: Taken) -> None:
        """What a request that asked at the same time has brought is kept as well."""
        before = self._leases.pop(who, None)
        amount = taken.granted - 1 + (0 if before is None else before.amount)
        self._leases[who] = Lease(amount, taken.remaining, taken.seconds, self._clock() + KEPT)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(KEPT, self._sweep)

    async def _pay(self, who: str, owed: int) -> None:
        try:
            await self._shared.take(f"{self._name}/{who}", self._pace, owed, least=0)
        except NotShared:
            self._owed[who] = owed
            raise

    def _sweep(self) -> None:
        """Gives back what was not used; leases are in the order of their time."""
        self._timer = None
        loop, now = asyncio.get_running_loop(), self._clock()
        while self._leases:
            who, lease = next(iter(self._leases.items()))
            if lease.until > now + GRAIN:
                self._timer = loop.call_later(lease.until - now, self._sweep)
                return
            del self._leases[who]
            if lease.amount:
                task = loop.create_task(self._give_back(who, lease.amount))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _give_back(self, who: str, amount: int) -> None:
        try:
            await self._shared.give_back(f"{self._name}/{who}", self._pace, amount)
        except NotShared:
            return  # it comes back by itself, as the quota refills
