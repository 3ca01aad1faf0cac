"""What a circuit remembers, and purgatory's unit of work over it.

purgatory supplies the shape (factory, breaker, events and their listeners); its own states let every waiting call in
when half-open, count a cancelled call as a failure and know consecutive failures only. Here a circuit's state is a
`Core`, shared by all calls, and purgatory's Context is an `Entry`: one call's way through.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec
from purgatory import AsyncAbstractUnitOfWork, ContextChanged
from purgatory.domain.messages import Event
from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context
from purgatory.service._async.repository import AsyncAbstractRepository
from purgatory.typing import StateName

from gateway.errors import CircuitOpen
from gateway_policies.breaker_tally import Tally

PROBING = 1.0
"""Seconds after which to come again while a probe is under way."""
STUCK = 30.0
"""Seconds after which a probe that nobody heard of again has given its permit back, at least."""
REMEMBERED = 20
"""Changes of state that a circuit keeps for the operator."""

_BEFORE: dict[StateName, StateName] = {HALF_OPENED: OPENED, CLOSED: HALF_OPENED}
"""What a circuit was before, whichever process it was that knew of it."""


class Order(msgspec.Struct, frozen=True):
    """What an operator wants of a circuit, until a reading of Kit.clock."""

    state: Literal["open", "closed"]
    until: float
    reason: str = ""


class Core:
    """One circuit: `state` is closed, opened or half-opened; `opened_at` a reading of Kit.clock, None unless opened.

    Each change of state begins a new generation; results of calls that an older one let in are ignored. `clear` tells
    in one look that calls may pass: it is closed, and nobody has ordered anything. `round` names its last opening,
    `ended` the last that is over. `failures` are those since they were last looked at.
    """

    def __init__(
        self,
        name: str,
        tally: Tally,
        *,
        recovery: float,
        recovery_max: float,
        probes: int,
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self.clock = clock
        self.tally = tally
        self.recovery = self.pause = recovery
        self.recovery_max = recovery_max
        self.probes = probes
        self.state: StateName = CLOSED
        self.opened_at: float | None = None
        self.until = 0.0
        self.generation = self.failures = 0
        self.permits = self.awaited = 0
        self.clear = True
        self.ordered: Order | None = None
        self.round: tuple[int, str] = (0, "")
        self.ended: tuple[int, str] | None = None
        self.changes: deque[tuple[float, StateName]] = deque(maxlen=REMEMBERED)

    def retry_after(self) -> float:
        """Seconds until a call may be let in again."""
        if self.ordered is not None and self.ordered.state == "open":
            return self.left(self.ordered)
        if self.state == OPENED:
            return max(self.until - self.clock(), 0.0)
        return 0.0 if self.state == CLOSED else PROBING

    def idle(self) -> bool:
        """Whether forgetting it changes nothing but a count of failures."""
        return self.clear

    def open(self, seconds: float) -> None:
        self._enter(OPENED)
        self.opened_at = self.clock()
        self.until = self.opened_at + seconds

    def close(self) -> None:
        self.ended = self.round
        self._enter(CLOSED)
        self.pause = self.recovery

    def half_open(self) -> None:
        self._enter(HALF_OPENED)
        self.permits = self.awaited = self.probes
        self.until = self.clock() + max(self.recovery, STUCK)

    def order(self, order: Order | None) -> None:
        self.ordered = order
        self.clear = order is None and self.state == CLOSED

    def standing(self) -> Order | None:
        """The order that holds now; one whose time is over is forgotten."""
        if self.ordered is not None and self.clock() >= self.ordered.until:
            self.order(None)
        return self.ordered

    def left(self, order: Order) -> float:
        """Seconds that an order still holds."""
        return max(order.until - self.clock(), 0.0)

    def due(self) -> bool:
        """Whether a call that comes now would be a probe, unless others are."""
        return self.state == HALF_OPENED or (self.state == OPENED and self.clock() >= self.until)

    def _enter(self, state: StateName) -> None:
        self.state, self.opened_at = state, None
        self.clear = state == CLOSED and self.ordered is None
        self.generation += 1
        self.tally.clear()


class Entry(Context):
    """One call's way through a circuit. `event` is what the call changed or met, for its trail.

    `good` is how many probes have succeeded in all processes, this one included, where that is known.
    """

    generation = -1
    probe = False
    failed = False
    good: int | None = None
    rest: float | None = None
    event: str | None = None

    def __init__(self, core: Core) -> None:  # not the parent's: it would make a state of its own for each call
        self.core = core
        self.name = core.name
        self.messages = []

    @property
    def state(self) -> StateName:
        return self.core.state

    @property
    def opened_at(self) -> float | None:
        return self.core.opened_at

    def fail(self, rest: float | None = None) -> None:
        """The vendor failed; `rest` are the seconds for which it asked to be left alone."""
        self.failed, self.rest = True, rest
        self.core.failures += 1

    def handle_new_request(self) -> None:
        core = self.core
        if not core.clear and (order := core.standing()) is not None:
            if order.state == "open":
                raise self.rejected("an operator has opened this circuit")
        elif not core.clear:
            if core.due() and (core.state == OPENED or (core.permits <= 0 and core.clock() >= core.until)):
                core.half_open()
                self._changed()
            if core.state == OPENED or core.permits <= 0:
                raise self.rejected()
            core.permits -= 1
            self.probe = True
        self.generation = core.generation

    def rejected(self, why: str = "") -> CircuitOpen:
        self.event = "breaker.rejected"
        return CircuitOpen(why, retry_after=self.core.retry_after())

    def handle_exception(self, exc: BaseException) -> None:
        """Counts only what `fail` was told: a client that left or a refusal of our own says nothing of the vendor."""
        if self.failed:
            self.handle_end_request()
        elif self.probe and self.generation == self.core.generation:
            self.core.permits += 1

    def handle_end_request(self) -> None:
        core = self.core
        if self.generation != core.generation:
            return
        if self.failed:
            self._count_failure(core)
        elif self.probe:
            core.awaited = core.awaited - 1 if self.good is None else core.probes - self.good
            if core.awaited <= 0:
                core.close()
                self._changed("breaker.closed")
        else:
            core.tally.add(failed=False)

    def _count_failure(self, core: Core) -> None:
        if self.probe:
            core.pause = min(core.pause * 2, core.recovery_max)
        if self.rest:
            core.open(min(self.rest, core.recovery_max))
        elif self.probe or core.tally.add(failed=True):
            core.open(core.pause)
        if self.generation != core.generation:
            self._changed("breaker.opened")

    def _changed(self, event: str | None = None) -> None:
        self.event = event
        self.messages.append(ContextChanged(self.name, self.core.state, self.core.opened_at))


class Circuits(AsyncAbstractRepository):
    """The circuits of one declaration, by name; what purgatory would store is already in the Core."""

    def __init__(self, core_of: Callable[[str], Core], changed: Callable[[Core, StateName, StateName], None]) -> None:
        self.messages = []
        self._core_of = core_of
        self._changed = changed

    def entry(self, name: str) -> "Entry":
        return Entry(self._core_of(name))

    async def get(self, name: str) -> Context | None:
        return self.entry(name)

    def heard(self, name: str, kind: str, event: Event) -> None:
        """purgatory's listener: the circuit remembers its changes, and they are counted."""
        if isinstance(event, ContextChanged):
            core = self._core_of(name)
            before = HALF_OPENED if core.changes and core.changes[-1][1] == HALF_OPENED else CLOSED
            core.changes.append((core.clock(), event.state))
            self._changed(core, _BEFORE.get(event.state, before), event.state)

    async def register(self, context: Context) -> None: ...
    async def update_state(self, name: str, state: str, opened_at: float | None) -> None: ...
    async def inc_failures(self, name: str, failure_count: int) -> None: ...
    async def reset_failure(self, name: str) -> None: ...


class UnitOfWork(AsyncAbstractUnitOfWork):
    """Nothing to commit: decisions are made in the process."""

    def __init__(self, circuits: Circuits) -> None:
        self.contexts = circuits

    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...
