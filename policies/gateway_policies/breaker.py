"""Leaves a vendor alone that keeps failing: closed, then open, then half-open for a probe.

    breaker: {failures: 5, recovery: 30s, recovery_max: 5m, probes: 1, counts: [connect, reset, timeout, 5xx]}
    breaker: {failure_rate: 50%, window: 10s, minimum_calls: 20, slow_call: 4s}

While open, calls fail at once with `circuit-open`. After `recovery` as many calls as `probes` says are let through:
when they succeed the circuit closes, when one fails it opens for twice as long. Only the vendor's failures count: not
a caller's mistake, a rate limit, a dead credential, a client that leaves, or a refusal by the gateway itself.

The circuits that calls have used and a plan still holds are in `kit.keep(("breakers",), weakref.WeakValueDictionary)`
by name: each has `state` (closed, opened, half-opened), `opened_at`, `retry_after()` and `changes`, its last changes of
state with their time. An integration's circuit has its name, an endpoint's its id, a connection's `name/user`.
"""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, cast
from weakref import WeakValueDictionary

import msgspec
from purgatory import AsyncCircuitBreakerFactory
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker

from gateway import Call, Duration, Handler, Kit, Percentage, Policy, Reply, Settings, Site, Stage
from gateway.errors import UpstreamFailure
from gateway_policies.breaker_core import Circuits, Core, Entry, UnitOfWork
from gateway_policies.breaker_tally import InARow, Share, Tally
from gateway_policies.checks import ordered, positive
from gateway_policies.connections import States
from gateway_policies.failure_classes import FailureClass, failures, statuses

Alive = WeakValueDictionary[str, Core]

RESTING = 503
"""The status with which a vendor may ask to be left alone for a while."""


class Breaker(Settings, frozen=True, kw_only=True):
    """When a failing vendor is left alone, and for how long."""

    failures: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1000,
            description="Failures in a row that open the circuit; unused with `failure_rate`.",
            examples=[5],
        ),
    ] = 5
    recovery: Annotated[
        Duration,
        msgspec.Meta(
            description="How long the circuit stays open before a probe; until then calls fail at once.",
            examples=["30s"],
        ),
    ] = Duration(30)
    recovery_max: Annotated[
        Duration,
        msgspec.Meta(
            description="The longest it stays open: each failed probe doubles `recovery`, and a vendor's 503 may ask "
            "for more in Retry-After.",
            examples=["5m"],
        ),
    ] = Duration(300)
    probes: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=100,
            description="Calls let through while half-open; all have to succeed to close the circuit.",
            examples=[1],
        ),
    ] = 1
    counts: Annotated[
        tuple[FailureClass, ...],
        msgspec.Meta(
            min_length=1,
            description="What counts as a failure: `connect`, `reset`, `timeout`, statuses, `4xx`, `5xx`.",
            examples=[["connect", "reset", "timeout", "5xx"]],
        ),
    ] = ("connect", "reset", "timeout", "5xx")
    scope: Annotated[
        Literal["integration", "endpoint", "connection"],
        msgspec.Meta(
            description="What shares a circuit: the integration, one endpoint, or one user's connection. Say "
            "`endpoint` where one may be down while the others work.",
            examples=["endpoint"],
        ),
    ] = "integration"
    failure_rate: Annotated[
        Percentage | None,
        msgspec.Meta(
            description="Instead of `failures`: the share of failed calls that opens the circuit; needs `window` and "
            "`minimum_calls`. For vendors with much traffic, where a few failures say nothing.",
            examples=["50%"],
        ),
    ] = None
    window: Annotated[
        Duration | None,
        msgspec.Meta(description="The time over which `failure_rate` is taken.", examples=["10s"]),
    ] = None
    minimum_calls: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None,
        msgspec.Meta(
            description="Calls within `window` below which `failure_rate` is not looked at: two of three are no trend.",
            examples=[20],
        ),
    ] = None
    slow_call: Annotated[
        Duration | None,
        msgspec.Meta(
            description="An answer that takes longer than this counts as a failure; no answer does if left out.",
            examples=["4s"],
        ),
    ] = None

    def __post_init__(self) -> None:
        positive(self, "recovery", "failure_rate", "window", "slow_call")
        ordered(self, "recovery", "recovery_max")
        together = (self.failure_rate, self.window, self.minimum_calls)
        if any(each is None for each in together) and any(each is not None for each in together):
            raise ValueError("`failure_rate`, `window` and `minimum_calls` need each other")
        if self.failure_rate is not None and self.failure_rate > 1:
            raise ValueError("`failure_rate` is more than 100%")


def build(settings: Breaker, site: Site, kit: Kit) -> Mapping[str, Stage]:
    name = site.operation.id if settings.scope == "endpoint" else site.scope
    alive: Alive = kit.keep(("breakers",), WeakValueDictionary)  # asked for by each build: a reload forgets the rest
    enter = kit.keep(("breaker", name, settings), lambda: _entrance(settings, kit, alive))
    name_of = _connection_of(name) if settings.scope == "connection" else None
    counted, failed, timed, clock = failures(settings.counts), _judge(settings), bool(settings.slow_call), kit.clock

    async def breaker(call: Call, forward: Handler) -> Reply:
        circuit = enter(name if name_of is None else name_of(call))
        entry = cast("Entry", circuit.context)
        began = clock() if timed else 0.0
        try:
            async with circuit:
                if entry.probe:
                    call.trail.note("breaker.half_open_probe", circuit=entry.name)
                try:
                    reply = await forward(call)
                except UpstreamFailure as error:
                    if error.failure in counted:
                        entry.fail()
                    raise
                if failed(reply, took(call, began, clock()) if timed else 0.0):
                    entry.fail(_rest(reply))
                return reply
        finally:
            if entry.event is not None:
                call.trail.note(entry.event, circuit=entry.name, retry_after=entry.core.retry_after())

    return {"breaker": breaker}


def _connection_of(name: str) -> Callable[[Call], str]:
    def name_of(call: Call) -> str:
        return f"{name}/{call.caller.user}" if call.caller.user else name

    return name_of


def _judge(settings: Breaker) -> Callable[[Reply, float], bool]:
    refusals, slow = statuses(settings.counts), settings.slow_call or math.inf

    def failed(reply: Reply, seconds: float) -> bool:
        if reply.verdict is not None and reply.verdict.kind is not None:
            return reply.verdict.kind == "transient"
        return reply.status in refusals or seconds > slow

    return failed


def _rest(reply: Reply) -> float | None:
    """Seconds for which the vendor asks to be left alone altogether."""
    return reply.verdict.retry_after if reply.status == RESTING and reply.verdict is not None else None


def took(call: Call, began: float, now: float) -> float:
    """Seconds that the vendor had: without the waits of our own, which note themselves as `….waited`."""
    events = (event for event in call.trail.events if event.at >= began and event.name.endswith(".waited"))
    return now - began - sum(cast("float", event.detail["seconds"]) for event in events)


def _entrance(settings: Breaker, kit: Kit, alive: Alive) -> Callable[[str], AsyncCircuitBreaker]:
    """A call's way through the circuit of a name: what the factory's `get_breaker` gives, without its waits."""

    def make(name: str) -> Core:
        core = Core(
            name,
            _tally(settings, kit),
            recovery=settings.recovery,
            recovery_max=settings.recovery_max,
            probes=settings.probes,
            clock=kit.clock,
        )
        alive[name] = core
        return core

    circuits = Circuits(States(make, Core.idle))
    work = UnitOfWork(circuits)
    factory = AsyncCircuitBreakerFactory(uow=work)
    factory.add_listener(circuits.heard)
    return lambda name: AsyncCircuitBreaker(circuits.entry(name), work, factory.messagebus)


def _tally(settings: Breaker, kit: Kit) -> Tally:
    if settings.failure_rate is None or settings.window is None or settings.minimum_calls is None:
        return InARow(settings.failures)
    return Share(settings.failure_rate, settings.window, settings.minimum_calls, kit.clock)


policy = Policy(
    name="breaker",
    settings=Breaker,
    build=build,
    description="Leaves a vendor alone that keeps failing: calls fail at once until a probe succeeds.",
    examples=(
        {"failures": 5, "recovery": "30s"},
        {"failure_rate": "50%", "window": "10s", "minimum_calls": 20, "recovery": "30s"},
    ),
)
