"""Processes that share a vendor's limit, and a vendor who counts."""

import asyncio
from collections import deque

from gateway import Call, Caller, Duration, Handler, Headers, NotShared, Pace, Reply, Taken
from gateway.errors import ReducedCapacity
from gateway.sharing import Memory
from gateway_policies import rate_limit
from gateway_policies.rate_limit import RateLimit
from tests.kit import call, clock, kit, pipeline, site

TEN = RateLimit(requests=10, per=Duration(1), max_wait=Duration(60))


class Vendor:
    """Allows so many calls in any second and refuses what goes beyond; remembers who was served when."""

    def __init__(self, allowed: int = 10, headers: Headers = ()) -> None:
        self.allowed = allowed
        self.headers = headers
        self.served: list[tuple[float, str]] = []
        self.refused = 0
        self._last: deque[float] = deque()

    async def __call__(self, call: Call) -> Reply:
        now = clock()
        while self._last and self._last[0] <= now - 1 + 1e-9:
            self._last.popleft()
        if len(self._last) >= self.allowed:
            self.refused += 1
            return Reply(429)
        self._last.append(now)
        self.served.append((now, call.caller.id))
        return Reply(200, self.headers)


class Lossy(Memory):
    lost = False
    granted = 0

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        if self.lost:
            raise NotShared
        await asyncio.sleep(0.001)
        taken = await super().take(name, pace, most, least)
        self.granted += taken.granted
        return taken


def company(vendor: Vendor, size: int, limit: RateLimit = TEN) -> tuple[Lossy, list[Handler]]:
    shared = Lossy(clock, alone=False)
    return shared, [
        pipeline(rate_limit.policy, limit, vendor, at=site(), using=kit(shared=shared)) for _ in range(size)
    ]


def by(who: str) -> Call:
    return call(caller=Caller(who, "192.0.2.1"))


async def ask(handler: Handler, who: str = "ann") -> int:
    try:
        return (await handler(by(who))).status
    except ReducedCapacity:
        return 503
