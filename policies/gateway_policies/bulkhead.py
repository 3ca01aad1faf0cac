"""Bounds how many calls are under way toward a vendor at the same time, and how many may wait for that.

    bulkhead: {concurrent: 10, queue: 20}

A call waits for a place until its deadline; where the queue is full, or the deadline comes first, it is refused.
Callers take turns, and one who fills the queue makes room for the others. A
place belongs to a call until its answer is there, for a streamed answer until the stream has ended or is closed.
Processes have the places in common.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Annotated, Literal

import msgspec

from gateway import Call, Handler, Kit, Policy, Reply, Settings, Site, Stage
from gateway.errors import ReducedCapacity
from gateway_policies.bulkhead_sharing import Company, SharedPlaces
from gateway_policies.connections import States
from gateway_policies.fair import Waiting
from gateway_policies.streams import close

COME_AGAIN = 1.0
"""Seconds after which a refused caller may come again: places are given back at any moment."""
FULL = "as many calls as may wait for this vendor are waiting already"
HANDED = 0.1
"""Seconds in which other processes hand over what they do not use, for a call that may not queue."""
MARGIN = 0.01
"""Seconds before its deadline at which a call stops waiting, so that it is told what it waited for."""


class Bulkhead(Settings, frozen=True, kw_only=True):
    """How many calls may be under way, and how many may wait."""

    concurrent: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=10_000,
            description="How many calls may be under way toward the vendor at the same time.",
            examples=[10],
        ),
    ]
    queue: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            le=100_000,
            description="How many more may wait for a place, until their deadline; the rest is refused at once with "
            "503. Raise it for short rushes.",
            examples=[20],
        ),
    ] = 0
    by: Annotated[
        Literal["integration", "connection"],
        msgspec.Meta(
            description="What has places of its own: the integration, or each user's connection.",
            examples=["connection"],
        ),
    ] = "integration"


class Places:
    """So many places, given to callers in turn; who leaves, even while a place is given to him, takes none along.

    `taken` and `waiting` are for the operator.
    """

    def __init__(self, concurrent: int, queue: int) -> None:
        self._concurrent = concurrent
        self._queue = queue
        self._line = Waiting()
        self.taken = 0

    @property
    def waiting(self) -> int:
        return self._line.length

    def idle(self) -> bool:
        """Whether it is as good as new."""
        return not self.taken and not self.waiting

    def full(self) -> bool:
        """Whether a call that arrives now has to wait."""
        return self.waiting > 0 or self.taken >= self._concurrent

    def take(self) -> None:
        """Takes a place where there is one: see `full`."""
        self.taken += 1

    async def queue(self, patience: float, who: str = "") -> None:
        """Takes a place within `patience` seconds; refuses where that many are waiting already, or none comes free.

        Where the queue is full of one caller's calls, his last makes room for another's.
        """
        if self.waiting >= self._queue and not self._line.make_room(who, _refusal(FULL)):
            raise _refusal(FULL)
        bound = asyncio.timeout(None if math.isinf(patience) else patience)
        try:
            async with bound:
                await self._line.wait(who, self.give_back)
        except TimeoutError as error:
            raise _refusal("no call to this vendor ended in time to make room for another") from error

    def give_back(self) -> None:
        """The next who waits has it at once, so that nobody overtakes him."""
        if not self._line.wake():
            self.taken -= 1


def _refusal(detail: str) -> ReducedCapacity:
    return ReducedCapacity(detail, retry_after=COME_AGAIN)


class Held:
    """The chunks of a streamed answer, whose place is given back once: when they end, fail, are closed or forgotten."""

    def __init__(self, chunks: AsyncIterator[bytes], give_back: Callable[[], None]) -> None:
        self._chunks = chunks
        self._give_back: Callable[[], None] | None = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except BaseException:
            self._release()
            raise

    async def aclose(self) -> None:
        try:
            await close(self._chunks)
        finally:
            self._release()

    def __del__(self) -> None:
        self._release()

    def _release(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back()


def build(settings: Bulkhead, site: Site, kit: Kit) -> Mapping[str, Stage]:
    places_of, clock = _places(settings, site, kit), kit.clock

    async def bulkhead(call: Call, forward: Handler) -> Reply:
        places = places_of(call)
        if places.full():
            await _queue(places, call, clock)
        else:
            places.take()
        try:
            reply = await forward(call)
        except BaseException:
            places.give_back()
            raise
        if isinstance(reply.body, bytes):
            places.give_back()
            return reply
        return msgspec.structs.replace(reply, body=Held(reply.body, places.give_back))

    if kit.shared.alone:
        return {"bulkhead": bulkhead}
    among_all = _among_all(settings, site, kit)

    async def shared(call: Call, forward: Handler) -> Reply:
        return await bulkhead(call, partial(among_all, forward=forward))

    return {"bulkhead": shared}


def _among_all(settings: Bulkhead, site: Site, kit: Kit) -> Stage:
    """A place among those of all processes, for a call that has one in this process."""
    places_of, clock = _shared_places(settings, site, kit), kit.clock

    async def among_all(call: Call, forward: Handler) -> Reply:
        places = places_of(call)
        owner = places.use()
        if owner is None:
            patience = call.deadline - clock() - MARGIN
            owner = await places.ask(patience if settings.queue else min(patience, HANDED))
        if owner is None:
            call.trail.note("bulkhead.refused", seconds=0.0)
            raise _refusal("other processes of this gateway have all calls to this vendor under way")
        try:
            reply = await forward(call)
        except BaseException:
            places.give_back(owner)
            raise
        if isinstance(reply.body, bytes):
            places.give_back(owner)
            return reply
        return msgspec.structs.replace(reply, body=Held(reply.body, partial(places.give_back, owner)))

    return among_all


async def _queue(places: Places, call: Call, clock: Callable[[], float]) -> None:
    began = clock()
    try:
        await places.queue(call.deadline - began - MARGIN, call.caller.id)
    except ReducedCapacity:
        call.trail.note("bulkhead.refused", seconds=clock() - began)
        raise
    call.trail.note("bulkhead.waited", seconds=clock() - began)


def _places(settings: Bulkhead, site: Site, kit: Kit) -> Callable[[Call], Places]:
    def make() -> Places:
        return Places(settings.concurrent, settings.queue)

    key = ("bulkhead", site.scope, settings)
    if settings.by == "integration":
        shared = kit.keep(key, make)
        return lambda call: shared
    states = kit.keep(key, lambda: States(lambda user: make(), Places.idle))
    return lambda call: states(call.caller.user or "")


def _shared_places(settings: Bulkhead, site: Site, kit: Kit) -> Callable[[Call], SharedPlaces]:
    place, concurrent = f"bulkhead/{site.scope}/{settings.concurrent}", settings.concurrent
    company = kit.keep(("bulkhead-company",), lambda: Company(kit.shared))

    def make(user: str) -> SharedPlaces:
        return SharedPlaces(company, f"{place}/{user}", concurrent, kit.clock)

    key = ("bulkhead-shared", site.scope, settings)
    if settings.by == "integration":
        shared = kit.keep(key, lambda: make(""))
        return lambda call: shared
    states = kit.keep(key, lambda: States(make, SharedPlaces.idle))
    return lambda call: states(call.caller.user or "")


policy = Policy(
    name="bulkhead",
    settings=Bulkhead,
    build=build,
    description="Bounds how many calls are under way toward the vendor at the same time, and how many may wait.",
    examples=({"concurrent": 10, "queue": 20},),
)
