"""The state of a rate limit: aiolimiter's bucket, an exact window, a queue in order of arrival, the vendor's pauses.

aiolimiter alone lets twice the limit pass in its first window, serves small amounts before large ones, and neither
bounds nor predicts a wait.
"""

from collections import deque
from collections.abc import Awaitable, Callable

from aiolimiter import AsyncLimiter

from gateway.errors import ReducedCapacity
from gateway_policies.fair import Waiting
from gateway_policies.rate_sharing import Supply

GRAIN = 1e-6
"""Seconds added to a wait: without them rounding may end it just before the bucket has room."""
LATE = 0.1
"""Seconds by which a wait may exceed its prediction before it is given up: a rest may have begun in between."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds of rest after a refusal that does not say how long, and where its doubling ends."""
LONGEST_OBEYED = 3600.0
"""Seconds of a vendor's Retry-After that are believed: a nonsensical one must not close an integration for ever."""


class Bucket(AsyncLimiter):
    """aiolimiter's leaky bucket, which can also take without waiting, and tell how long an amount will have to wait."""

    __slots__ = ()

    def take(self, amount: float) -> bool:
        """Puts `amount` in if it has room now."""
        if not self.has_capacity(amount):
            return False
        self._level += amount
        return True

    def wait(self, amount: float, after: float = 0.0) -> float:
        """Seconds until `amount` has room, if nothing enters before and nothing may enter for `after` seconds."""
        self._leak()
        level = max(self._level - after * self._rate_per_sec, 0.0)
        return after + max(level + amount - self.max_rate, 0.0) / self._rate_per_sec


class Window:
    """What went out in the last `per` seconds: a bucket with a burst alone would exceed the limit in its first one."""

    def __init__(self, limit: int, per: float, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._per = per
        self._clock = clock
        self._sent: deque[tuple[float, int]] = deque()
        self._spent = 0

    def wait(self, amount: float) -> float:
        """Seconds until `amount` fits, if nothing else is sent before."""
        now = self._clock()
        while self._sent and self._sent[0][0] + self._per <= now:
            self._spent -= self._sent.popleft()[1]
        excess, free_at = self._spent + amount - self._limit, now
        for at, cost in self._sent:
            if excess <= 0:
                break
            excess -= cost
            free_at = at + self._per
        return free_at - now

    def add(self, amount: int) -> None:
        self._sent.append((self._clock(), amount))
        self._spent += amount


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
        self._window = Window(requests, per, clock) if burst > 1 else None
        self._requests = requests
        self._clock = clock
        self._sleep = sleep
        self._supply = supply
        self._waiting = Waiting()
        self._queued = self._head = 0
        self._busy = False
        self._paused_at = self.paused_until = -1.0
        self.pause = 0.0

    def idle(self) -> bool:
        """Whether it is as good as new."""
        spent = self._window is not None and self._window.wait(self._requests) > 0
        return not spent and self.wait(int(self._bucket.max_rate)) <= 0

    def wait(self, cost: int, who: str = "") -> float:
        """Seconds that a call arriving now would wait, if nothing comes from other processes."""
        behind = self._waiting.length
        ahead = self._head + (self._queued - self._head) * self._waiting.ahead(who) / behind if behind else self._queued
        return self._ready_in(ahead + cost)

    def take(self, cost: int) -> bool:
        """Takes a place if there is one now and nobody waits for it; this is what most calls do."""
        if self._queued or self.paused_until > self._clock():
            return False
        return (self._supply is None or self._supply.use(cost)) and self._go(cost)

    async def queue(self, cost: int, patience: float, who: str = "") -> float:
        """Waits for its turn and gives the seconds waited; refuses at once what would wait longer than `patience`."""
        wait = self.wait(cost, who)
        if wait > patience:
            raise _refusal(wait)
        began = self._clock()
        self._queued += cost  # given back however the wait ends, so that a client that leaves frees his place
        try:
            if self._busy:
                await self._waiting.wait(who, self._next)
            self._busy, self._head = True, cost
            try:
                await self._be_first(cost, began + patience)
            finally:
                self._head = 0
                self._next()
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

    def _next(self) -> None:
        self._busy = self._waiting.wake()

    async def _be_first(self, cost: int, until: float) -> None:
        while (wait := await self._wait_for(cost)) > 0 or not self._go(cost):
            if self._clock() + wait > until + LATE:
                raise _refusal(wait)
            await self._sleep(wait + GRAIN)

    async def _wait_for(self, cost: int) -> float:
        """Seconds until it may go: what this process allows comes first, since what is asked for is spent."""
        wait = self._ready_in(cost)
        if wait > 0 or self._supply is None or self._supply.use(cost):
            return wait
        wait = await self._supply.ask(cost)
        if not wait:
            self._supply.use(cost)
        return wait

    def _go(self, cost: int) -> bool:
        if self._window is None:
            return self._bucket.take(cost)
        if self._window.wait(cost) > 0 or not self._bucket.take(cost):
            return False
        self._window.add(cost)
        return True

    def _ready_in(self, amount: float) -> float:
        wait = self._bucket.wait(amount, max(self.paused_until - self._clock(), 0.0))
        return wait if self._window is None else max(wait, self._window.wait(amount))


def _refusal(seconds: float) -> ReducedCapacity:
    return ReducedCapacity(
        f"the vendor's rate limit leaves no room for another {seconds:.1f} seconds", retry_after=seconds
    )
