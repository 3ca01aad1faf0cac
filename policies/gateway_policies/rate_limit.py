"""Sends a vendor no more than he allows, evenly spaced, and slows down when he says so.

    rate_limit: {requests: 600, per: 1m, burst: 10, max_wait: 2s}

At an endpoint `rate_limit: {cost: 100}` says that the vendor counts its calls as a hundred each. A call that would wait
longer than `max_wait`, or beyond its deadline, is refused at once. Endpoints that change nothing but `cost` or
`max_wait` draw on the integration's limit. On a vendor's 429 everything rests until his Retry-After, or for a second
that doubles with each further one; where his RateLimit fields say that nothing is left, it rests before he refuses.
Callers take turns: one who asks for more waits longer, and the others do not. Processes share the limit and the rests.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec

from gateway import Call, Duration, Handler, Kit, Pace, Policy, Reply, Settings, Site, Stage
from gateway.errors import ReducedCapacity
from gateway_policies.checks import positive
from gateway_policies.connections import States
from gateway_policies.pacing import Throttle
from gateway_policies.rate_headers import remaining_of, rest_of
from gateway_policies.rate_sharing import Company, Dearest, Supply

TOO_MANY = 429
LOOK = 0.1
"""Seconds between two looks at the header fields of a vendor who tells nothing of his limit."""


class RateLimit(Settings, frozen=True, kw_only=True):
    """What the vendor allows us."""

    requests: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1_000_000,
            description="Requests, or the vendor's units, that may be sent in `per`, evenly spaced. Repeats count too.",
            examples=[600],
        ),
    ]
    per: Annotated[
        Duration,
        msgspec.Meta(description="The time in which `requests` may be sent, as the vendor says.", examples=["1m"]),
    ]
    burst: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1_000_000,
            description="How many may be sent at once after a quiet time. Raise it where the vendor allows bursts.",
            examples=[10],
        ),
    ] = 1
    max_wait: Annotated[
        Duration,
        msgspec.Meta(
            description="The longest that a call waits for its turn; one that would wait longer is refused at once "
            "with 503. `0s` never waits.",
            examples=["2s"],
        ),
    ] = Duration(2)
    by: Annotated[
        Literal["integration", "connection"],
        msgspec.Meta(
            description="What has a limit of its own: the integration, or each user's connection.",
            examples=["connection"],
        ),
    ] = "integration"
    cost: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1_000_000,
            description="How much of `requests` one call takes; at most `burst`. For an endpoint that the vendor "
            "counts as several.",
            examples=[5],
        ),
    ] = 1

    def __post_init__(self) -> None:
        positive(self, "per")
        if self.burst > self.requests:
            raise ValueError(f"`burst` {self.burst} is more than `requests` {self.requests}")
        if self.cost > self.burst:
            raise ValueError(f"`cost` {self.cost} is more than `burst` {self.burst}: such a call could never be sent")


def build(settings: RateLimit, site: Site, kit: Kit) -> Mapping[str, Stage]:
    company = kit.keep(("rate-company",), lambda: Company(kit.shared))
    throttle_of = _throttles(settings, site, kit, company)
    left = kit.metrics.gauge(
        "gateway_upstream_quota_remaining", "What a vendor says is left of its limit", ("integration",), across="min"
    )
    cost, max_wait, clock, now = settings.cost, float(settings.max_wait), kit.clock, kit.now

    async def rate_limit(call: Call, forward: Handler) -> Reply:
        throttle, sent_at = throttle_of(call), clock()
        if not throttle.take(cost, sent_at):
            await _queue(throttle, call, cost, min(max_wait, call.deadline - sent_at))
            sent_at = clock()
        reply = await forward(call)
        if too_many(reply):
            rest = throttle.slow_down(sent_at, None if reply.verdict is None else reply.verdict.retry_after)
        else:
            throttle.speed_up(sent_at)
            if sent_at < throttle.look_at:
                return reply
            rest = _obeyed(throttle, reply, sent_at, now())
            if throttle.look_at <= sent_at and (count := remaining_of(reply.headers)) is not None:
                left.labels(site.integration).set(count)
        if rest:
            company.tell(throttle.name, rest)
        return reply

    return {"rate_limit": rate_limit}


def _obeyed(throttle: Throttle, reply: Reply, sent_at: float, now: float) -> float:
    """Rests for as long as nothing is left, if the vendor says so; who speaks of nothing is not always listened to."""
    rest = rest_of(reply.headers, now)
    if rest is None:
        throttle.look_at = sent_at + LOOK
        return 0.0
    throttle.rest(rest)
    return rest


async def _queue(throttle: Throttle, call: Call, cost: int, patience: float) -> None:
    try:
        waited = await throttle.queue(cost, patience, call.caller.id)
    except ReducedCapacity as refusal:
        call.trail.note("throttle.refused", retry_after=refusal.retry_after)
        raise
    call.trail.note("throttle.waited", seconds=waited)


def too_many(reply: Reply) -> bool:
    """Whether the vendor refused for the number of calls, whatever his status."""
    if reply.verdict is None or reply.verdict.kind is None:
        return reply.status == TOO_MANY
    return reply.verdict.kind == "rate_limited"


def _throttles(settings: RateLimit, site: Site, kit: Kit, company: Company) -> Callable[[Call], Throttle]:
    limit = Pace(settings.requests, float(settings.per), settings.burst)
    place = f"rate/{site.integration}/{limit.amount}-{limit.per:g}-{limit.burst}"

    def make(user: str) -> Throttle:
        name = f"{place}/{user}"
        supply = None if kit.shared.alone else Supply(kit.shared, name, limit, kit.clock, dearest)
        made = Throttle(limit.amount, limit.per, limit.burst, kit.clock, kit.sleep, supply=supply, name=name)
        company.throttles[name] = made
        return made

    # not by scope: an endpoint that has another `cost` still draws on what the vendor allows the integration
    key = ("rate_limit", site.integration, limit, settings.by)
    dearest = kit.keep((*key, "dearest"), Dearest)
    dearest.cost = max(dearest.cost, settings.cost)
    if settings.by == "integration":
        shared = kit.keep(key, lambda: make(""))
        return lambda call: shared
    states = kit.keep(key, lambda: States(make, Throttle.idle))
    return lambda call: states(call.caller.user or "")


policy = Policy(
    name="rate_limit",
    settings=RateLimit,
    build=build,
    description="Sends the vendor no more than he allows, evenly spaced, and slows down when he says so.",
    examples=({"requests": 600, "per": "1m", "burst": 10, "max_wait": "2s"},),
)
