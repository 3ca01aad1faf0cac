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

from collections.abc import Callable, Mapping
from typing import cast
from weakref import WeakValueDictionary

from purgatory import AsyncCircuitBreakerFactory
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker

from gateway import Call, Handler, Kit, Policy, Reply, Site, Stage
from gateway.errors import UpstreamFailure
from gateway_policies.breaker_core import Circuits, Core, Entry, UnitOfWork
from gateway_policies.breaker_metrics import Numbers
from gateway_policies.breaker_pages import PAGES
from gateway_policies.breaker_probes import probing
from gateway_policies.breaker_settings import Breaker
from gateway_policies.breaker_sharing import CHANGES, Company
from gateway_policies.breaker_tally import InARow, Share, Tally
from gateway_policies.connections import States
from gateway_policies.failure_classes import failures, statuses

Alive = WeakValueDictionary[str, Core]

RESTING = 503
"""The status with which a vendor may ask to be left alone for a while."""


def build(settings: Breaker, site: Site, kit: Kit) -> Mapping[str, Stage]:
    name = _name(settings, site)
    alive: Alive = kit.keep(("breakers",), WeakValueDictionary)  # asked for by each build: a reload forgets the rest
    company = kit.keep(("breaker-company",), lambda: Company(kit, alive))
    numbers = kit.keep(("breaker-numbers",), lambda: Numbers(kit, alive, company.declared))
    enter = kit.keep(("breaker", name, settings), lambda: _entrance(settings, kit, alive, company, numbers))
    company.declared[name] = enter
    return {"breaker": _stage(settings, kit, company, enter, _naming(name, settings))}


def _stage(  # noqa: C901 - one call's way through, with no coroutine more than it needs
    settings: Breaker,
    kit: Kit,
    company: Company,
    enter: Callable[[str], AsyncCircuitBreaker],
    name_of: Callable[[Call], str],
) -> Stage:
    counted, failed, clock = failures(settings.counts), _judge(settings, kit), kit.clock

    async def breaker(call: Call, forward: Handler) -> Reply:
        circuit = enter(name_of(call))
        entry = cast("Entry", circuit.context)
        began = clock()
        probe = None if entry.core.clear else await probing(company, entry)
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
                if failed(reply, call, began):
                    entry.fail(_rest(reply))
                elif probe is not None:
                    await probe.succeeded()
                return reply
        finally:
            if probe is not None:
                await probe.ended()
            if entry.event is not None:
                _tell(call, entry, company)

    return breaker


def _tell(call: Call, entry: Entry, company: Company) -> None:
    call.trail.note(str(entry.event), circuit=entry.name, retry_after=entry.core.retry_after())
    if entry.event in CHANGES:
        company.changed(entry.core)


def _name(settings: Breaker, site: Site) -> str:
    return site.operation.id if settings.scope == "endpoint" else site.scope


def _naming(name: str, settings: Breaker) -> Callable[[Call], str]:
    if settings.scope != "connection":
        return lambda call: name
    return lambda call: f"{name}/{call.caller.user}" if call.caller.user else name


def _judge(settings: Breaker, kit: Kit) -> Callable[[Reply, Call, float], bool]:
    refusals, slow, clock = statuses(settings.counts), settings.slow_call, kit.clock

    def failed(reply: Reply, call: Call, began: float) -> bool:
        if reply.verdict is not None and reply.verdict.kind is not None:
            return reply.verdict.kind == "transient"
        return reply.status in refusals or (slow is not None and took(call, began, clock()) > slow)

    return failed


def _rest(reply: Reply) -> float | None:
    """Seconds for which the vendor asks to be left alone altogether."""
    return reply.verdict.retry_after if reply.status == RESTING and reply.verdict is not None else None


def took(call: Call, began: float, now: float) -> float:
    """Seconds that the vendor had: without the waits of our own, which note themselves as `….waited`."""
    events = (event for event in call.trail.events if event.at >= began and event.name.endswith(".waited"))
    return now - began - sum(cast("float", event.detail["seconds"]) for event in events)


def _entrance(
    settings: Breaker, kit: Kit, alive: Alive, company: Company, numbers: Numbers
) -> Callable[[str], AsyncCircuitBreaker]:
    """A call's way through the circuit of a name: what the factory's `get_breaker` gives, without its waits."""

    def make(name: str) -> Core:
        core = Core(
            name,
            _tally(settings, kit),
            recovery=float(settings.recovery),
            recovery_max=float(settings.recovery_max),
            probes=settings.probes,
            clock=kit.clock,
        )
        alive[name] = core
        company.welcome(core)
        return core

    circuits = Circuits(States(make, Core.idle), numbers.changed)
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
    pages=PAGES,
)
