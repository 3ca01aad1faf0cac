"""A quota that several processes have in common: taken in small leases, so that most requests ask nobody.

A lease is at most a twentieth of what is left, and what is not used within a second goes back: together the processes
never allow more than the quota, and none refuses for long what another does not use. Near its end each request asks.

While a lease lies unused, the quota refills; were it full meanwhile, the lease would come on top of it. So a lease
lasts no longer than until what this process has used itself is there again: before, the quota cannot be full.
"""

import asyncio
from collections.abc import Callable

import msgspec

from gateway import NotShared, Pace, Shared, Taken

PART = 20
"""A lease is at most this part of what is left."""
KEPT = 1.0
"""Seconds after which the rest of a lease goes back."""
MARGIN = 0.2
"""Seconds that asking and giving back may take together: a lease ends by so much earlier."""
MOST = 100_000
"""Callers whose debts are remembered while the others cannot be reached."""


class Lease(msgspec.Struct):
    """What this process may still allow by itself; `left` is what others could take, when it was asked."""

    amount: int
    left: int
    seconds: float
    until: float
    end: asyncio.TimerHandle


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

    def stop(self) -> None:
        """What is not used goes back at once."""
        for who, lease in list(self._leases.items()):
            lease.end.cancel()
            self._end(who)

    def use(self, who: str) -> Taken | None:
        """One request out of a lease; None where there is none."""
        lease = self._leases.get(who)
        if lease is None or not lease.amount or lease.until < self._clock():
            return None
        lease.amount -= 1
        return Taken(1, lease.left + lease.amount, lease.seconds)

    async def ask(self, who: str, busy: float) -> Taken:
        """One request, and more for a lease where there is plenty: `keep` what is granted. Raises NotShared.

        `busy` are the seconds until what this process has used is there again.
        """
        known, most = self._leases.get(who), 1
        if known is not None and busy >= 2 * MARGIN:
            most, known.left = max(1, known.left // PART), 0  # who asks at the same time brings no other lease
        owed = self._owed.pop(who, 0)
        if owed:
            await self._pay(who, owed)
        return await self._shared.take(f"{self._name}/{who}", self._pace, most, least=1)

    def keep(self, who: str, taken: Taken, busy: float) -> None:
        """What is granted beyond the one request; and what a request that asked at the same time has brought."""
        now = self._clock()
        amount, until = taken.granted - 1, now + min(KEPT, busy - MARGIN)
        before = self._leases.get(who)
        if before is not None:
            before.end.cancel()
            amount += before.amount
            until = min(until, before.until) if before.amount else until
        end = asyncio.get_running_loop().call_later(max(until - now, 0.0), self._end, who)
        self._leases[who] = Lease(amount, taken.remaining, taken.seconds, until, end)

    def owe(self, who: str) -> None:
        """A request was allowed without asking: it is charged when the others are there again."""
        if who in self._owed or len(self._owed) < MOST:
            self._owed[who] = min(self._owed.get(who, 0) + 1, self._pace.burst)

    async def _pay(self, who: str, owed: int) -> None:
        try:
            await self._shared.take(f"{self._name}/{who}", self._pace, owed, least=0)
        except NotShared:
            self._owed[who] = owed
            raise

    def _end(self, who: str) -> None:
        amount = self._leases.pop(who).amount
        if amount:
            task = asyncio.get_running_loop().create_task(self._give_back(who, amount))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _give_back(self, who: str, amount: int) -> None:
        try:
            await self._shared.give_back(f"{self._name}/{who}", self._pace, amount)
        except NotShared:
            return  # it comes back by itself, as the quota refills
