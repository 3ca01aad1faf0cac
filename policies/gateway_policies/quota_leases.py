"""A quota that several processes have in common: taken in small leases, so that most requests ask nobody.

A lease is at most a twentieth of what is left, and what is not used within a second goes back: together the processes
never allow more than the quota, and none refuses for long what another does not use. Near its end each request asks.

While a lease lies unused, the quota refills; were it full meanwhile, the lease would come on top of it. So a lease
lasts no longer than until what this process has used itself is there again: before, the quota cannot be full. Where
that is too soon, what refills in the time of the lease is taken along as its `spare`, which nobody uses.
"""

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from gateway import NotShared, Pace, Shared, Taken

PART = 20
"""A lease is at most this part of what is left."""
KEPT = 1.0
"""Seconds that a lease lasts, unless a twentieth of the quota refills sooner."""
MARGIN = 0.2
"""Seconds that asking and giving back may take together: a lease without a spare ends by so much earlier."""
OFTEN = 40
"""Questions without a pause after which somebody takes a spare: before, and for who asks seldom, it is not worth it."""
PLENTY = 4
"""Times the spare has to be there, or nobody takes any."""
MOST = 100_000
"""Callers whose debts are remembered while the others cannot be reached."""


class Lease(msgspec.Struct):
    """What this process may still allow by itself; `left` is what others could take, when it was asked.

    `asked` counts the questions since there was no lease; one that was `used` leaves its place to the next.
    """

    asked: int
    amount: int
    spare: int
    left: int
    seconds: float
    until: float
    end: asyncio.TimerHandle
    used: bool = False


class Leases:
    """Leases of one quota, by who has it; `name` is what the quota is called in the shared state."""

    def __init__(self, shared: Shared, name: str, pace: Pace, clock: Callable[[], float]) -> None:
        self._shared = shared
        self._name = name
        self._pace = pace
        self._clock = clock
        self._life = min(KEPT, pace.per / PART)
        self._spare = math.ceil(self._life * pace.amount / pace.per)
        self._leases: dict[str, Lease] = {}
        self._owed: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """What is not used goes back at once."""
        for who, lease in list(self._leases.items()):
            lease.end.cancel()
            lease.used = False
            self._end(who)

    def use(self, who: str) -> Taken | None:
        """One request out of a lease; None where there is none."""
        lease = self._leases.get(who)
        if lease is None or not lease.amount or lease.until < self._clock():
            return None
        lease.amount -= 1
        lease.used = True
        return Taken(1, lease.left + lease.amount, lease.seconds)

    async def ask(self, who: str, busy: float) -> Taken:
        """One request, and a lease of more where there is plenty for who asks often. Raises NotShared.

        `busy` are the seconds until what this process has used is there again.
        """
        since = self._clock()
        most, life, aside = 1, min(KEPT, busy - MARGIN), 0
        if busy < 2 * MARGIN:
            life, aside = self._life, self._spare
        known = self._leases.get(who)
        if known is not None:
            spare, known.spare = known.spare, 0
            if known.left >= max(PLENTY * aside, 2 * PART) and not (aside and known.asked < OFTEN):
                most += known.left // PART + aside
            known.left = 0  # who asks at the same time brings no other lease
            if spare:
                await self._shared.give_back(f"{self._name}/{who}", self._pace, spare)
        owed = self._owed.pop(who, 0)
        if owed:
            await self._pay(who, owed)
        taken = await self._shared.take(f"{self._name}/{who}", self._pace, most, least=1)
        if not taken.granted:
            return taken
        more = taken.granted - 1
        if taken.granted < most:  # there is no plenty any more, so each asks for himself
            self._begin(self._give_back(who, more))
            taken, more = Taken(1, taken.remaining + more, taken.seconds), 0
        return self._keep(who, since + life, more, min(more, aside), taken)

    def _keep(self, who: str, until: float, more: int, spare: int, taken: Taken) -> Taken:
        """The one request; what is granted beyond, and what a request that asked at the same time has brought."""
        before = self._leases.get(who)
        amount, left, asked = more - spare, taken.remaining + spare, 1
        if before is not None:
            asked += before.asked
            before.end.cancel()
            until = min(until, before.until) if before.amount else until
            amount, spare = amount + before.amount, spare + before.spare
        end = asyncio.get_running_loop().call_later(max(until - self._clock(), 0.0), self._end, who)
        self._leases[who] = Lease(asked, amount, spare, left, taken.seconds, until, end)
        return Taken(1, left + amount, taken.seconds)

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
        lease = self._leases[who]
        if lease.amount or lease.spare:
            self._begin(self._give_back(who, lease.amount + lease.spare))
        if lease.used:
            lease.amount, lease.spare, lease.used = 0, 0, False
            lease.end = asyncio.get_running_loop().call_later(self._life, self._end, who)
        else:
            del self._leases[who]

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _give_back(self, who: str, amount: int) -> None:
        try:
            await self._shared.give_back(f"{self._name}/{who}", self._pace, amount)
        except NotShared:
            return  # it comes back by itself, as the quota refills
