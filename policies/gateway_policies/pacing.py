"""The state of a rate limit: aiolimiter's bucket, an exact window, a queue in which callers take turns, and rests.

aiolimiter alone lets twice the limit pass in its first window, serves small amounts before large ones, and neither
bounds nor predicts a wait.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable

from gateway.errors import ReducedCapacity
from gateway_policies.buckets import Bucket, Window
from gateway_policies.fair import Waiting
from gateway_policies.rate_sharing import Supply

GRAIN = 1e-6
"""Seconds added to a wait: without them rounding may end it just before the bucket has room."""
LATE = 0.1
"""Seconds by which a wait may exceed its prediction before it is given up: a rest may have begun in between."""
STEP, FIRST_STEP = 0.15, 0.5
"""How fast the time that a turn takes follows what is seen."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds of rest after a refusal that does not say how long, and where its doubling ends."""
LONGEST_OBEYED = 3600.0
"""Seconds of a vendor's Retry-After that are believed: a nonsensical one must not close an integration for ever."""


class Throttle:
    """Lets calls go to the vendor one by one, callers in turn, as fast as he allows.

    `supply` is what other processes leave to this one, None where there are none.
    """

    def __init__(
        self,
        requests: int,
        per: float,
        burst: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        *,
        supply: Supply | None = None,
        name: str = "",
    ) -> None:
        self.name = name
        self._bucket = Bucket(burst, per * burst / requests)
        self._window = Window(requests, per) if burst > 1 else None
        self._requests = requests
        self._clock = clock
        self._sleep = sleep
        self._supply = supply
        self._waiting = Waiting()
        self._queued = self._head = 0
        self._busy = False
        self._each = 0.0  # seconds for a unit, as seen while calls wait: other processes send as well
        self._paused_at = self.paused_until = -1.0
        self.pause = 0.0
        self.look_at = 0.0  # when the vendor's header fields are looked at again

    def idle(self) -> bool:
        """Whether it is as good as new."""
        spent = self._window is not None and self._window.wait(self._requests, self._clock()) > 0
        return not spent and self.wait(int(self._bucket.max_rate)) <= 0

    def wait(self, cost: int, who: str = "") -> float:
        """Seconds that a call arriving now would wait, as fast as it goes with what other processes send."""
        behind = self._waiting.length
        ahead = self._head + (self._queued - self._head) * self._waiting.ahead(who) / behind if behind else self._queued
        return max(self._ready_in(ahead + cost, self._clock()), (ahead + cost) * self._each)

    def take(self, cost: int, now: float) -> bool:
        """Takes a place if there is one now and nobody waits for it; this is what most calls do."""
        if self._queued or now < self.paused_until:
            return False
        if self._supply is None:
            return self._go(cost, now)
        return self._supply.has(cost, now) and self._go(cost, now) and self._supply.use(cost)

    async def queue(self, cost: int, patience: float, who: str = "") -> float:
        """Waits for its turn and gives the seconds waited; refuses at once what would wait longer than `patience`."""
        wait = self.wait(cost, who)
        if wait > patience:
            raise _refusal(wait)
        began = self._clock()
        self._queued += cost  # given back however the wait ends, so that a client that leaves frees his place
        try:
            if self._busy:
                await self._turn(who, patience + LATE)
            await self._be_first(cost, began + patience)
        finally:
            self._queued -= cost
        return self._clock() - began

    def rest(self, seconds: float) -> None:
        """Sends nothing for so long; not at all where that is no time."""
        if not seconds:
            return
        self._paused_at = self._clock()
        self.paused_until = max(self.paused_until, self._paused_at + seconds)

    def slow_down(self, sent_at: float, retry_after: float | None) -> float:
        """The vendor refused a call sent at `sent_at`: rests as long as he says, else longer with each refusal.

        Gives the seconds of a rest that begins, 0 where another refusal has begun one.
        """
        if retry_after:
            seconds = min(retry_after, LONGEST_OBEYED)
        elif sent_at < self._paused_at:
            return 0.0  # sent before the rest that another refusal has begun
        else:
            seconds = self.pause = min(self.pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        self.rest(seconds)
        return seconds

    def speed_up(self, sent_at: float) -> None:
        """The vendor took a call: what was sent after the last rest shows that it was long enough."""
        if self.pause and sent_at >= self._paused_at:
            self.pause = 0.0

    async def _turn(self, who: str, patience: float) -> None:
        """Returns when it is first; what other processes send may be more than was expected."""
        try:
            async with asyncio.timeout(None if math.isinf(patience) else patience):
                await self._waiting.wait(who, self._next)
        except TimeoutError:
            raise _refusal(max(self._each, FIRST_PAUSE)) from None

    def _next(self) -> None:
        self._busy = self._waiting.wake()
        if not self._busy:
            self._each = 0.0

    async def _be_first(self, cost: int, until: float) -> None:
        self._busy, self._head, began = True, cost, self._clock()
        try:
            while (wait := await self._wait_for(cost)) > 0:
                if self._clock() + wait > until + LATE:
                    raise _refusal(wait)
                await self._sleep(wait + GRAIN)
            if self._supply is not None and self.paused_until <= began:
                took = (self._clock() - began) / cost
                self._each += (took - self._each) * (STEP if self._each else FIRST_STEP)
        finally:
            self._head = 0
            self._next()

    async def _wait_for(self, cost: int) -> float:
        """Seconds until it may go, 0 where it went; others are asked last, since what they grant is spent."""
        wait = self._ready_in(cost, self._clock())
        if wait > 0:
            return wait
        if self._supply is not None:
            if not self._supply.has(cost, self._clock()):
                wait = await self._supply.ask(cost)
            if wait > 0 or (wait := self._ready_in(cost, self._clock())) > 0:  # a rest may have begun meanwhile
                return wait
            self._supply.use(cost)
        return 0.0 if self._go(cost, self._clock()) else GRAIN

    def _go(self, cost: int, now: float) -> bool:
        if self._window is None:
            return self._bucket.take(cost, now)
        if self._window.wait(cost, now) > 0 or not self._bucket.take(cost, now):
            return False
        self._window.add(cost, now)
        return True

    def _ready_in(self, amount: float, now: float) -> float:
        wait = self._bucket.wait(amount, now, max(self.paused_until - now, 0.0))
        return wait if self._window is None else max(wait, self._window.wait(amount, now))


def _refusal(seconds: float) -> ReducedCapacity:
    return ReducedCapacity(
        f"the vendor's rate limit leaves no room for another {seconds:.1f} seconds", retry_after=seconds
    )
