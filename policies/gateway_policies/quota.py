"""What a caller may ask of an integration: a full quota at once, then as it refills.

    quota: {requests: 60, per: 1m, by: caller}

Sixty a minute means sixty at once and then one a second (GCRA, exact). Every answer carries RateLimit-Policy and
RateLimit (draft-ietf-httpapi-ratelimit-headers-11), where `t` are the seconds until one more request is allowed; what
goes beyond is a 429 with Retry-After.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from operator import attrgetter
from typing import Annotated, Literal

import msgspec

from gateway import Call, Duration, Handler, Headers, Kit, NotShared, Pace, Policy, Reply, Settings, Site, Stage
from gateway.addresses import network_of
from gateway.errors import GatewayError, QuotaExceeded
from gateway_policies.quota_leases import Leases

MOST = 100_000
"""Callers that are remembered: beyond, the one who has not asked for the longest time is forgotten."""
SECOND = 1_000_000_000
"""Times are counted in whole nanoseconds: sums of fractions would let one too many or too few through."""


class Quota(Settings, frozen=True, kw_only=True):
    """How much one caller may ask."""

    requests: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1_000_000,
            description="Requests that one caller may make in `per`, all at once too; what goes beyond is a 429.",
            examples=[60],
        ),
    ]
    per: Annotated[
        Duration,
        msgspec.Meta(
            description="The time in which a used up quota is full again, little by little; at least `1s`.",
            examples=["1m"],
        ),
    ]
    by: Annotated[
        Literal["caller", "user", "ip"],
        msgspec.Meta(
            description="Who has a quota of his own: each caller (his key), each user he acts for, each address.",
            examples=["ip"],
        ),
    ] = "caller"

    def __post_init__(self) -> None:
        if self.per < 1:
            raise ValueError("`per` has to be at least 1s: callers are told in whole seconds")


class Share(msgspec.Struct, frozen=True):
    """What is left of a quota: requests, and the seconds until one more is allowed."""

    allowed: bool
    remaining: int
    seconds: float


class Quotas:
    """When each caller's quota will be full again (GCRA's theoretical arrival time), in nanoseconds.

    Full ones say nothing and are forgotten: each request looks at the two that have been quiet for the longest time.
    """

    def __init__(self, requests: int, per: float, clock: Callable[[], float], most: int = MOST) -> None:
        self._cost = math.ceil(per * SECOND / requests)
        self._full = self._cost * requests
        self._clock = clock
        self._most = most
        self._full_at: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, who: str) -> Share:
        now = int(self._clock() * SECOND)
        used = max(self._full_at.pop(who, 0) - now, 0)
        allowed = used + self._cost <= self._full
        if allowed:
            used += self._cost
        self._full_at[who] = now + used  # at the end: the first have been quiet for the longest time
        self._forget(now)
        missing = used % self._cost or self._cost
        return Share(allowed, (self._full - used) // self._cost, missing / SECOND)

    def busy(self, who: str) -> float:
        """Seconds until it is full again."""
        return max(self._full_at.get(who, 0) / SECOND - self._clock(), 0.0)

    def _forget(self, now: int) -> None:
        for _ in range(2):
            eldest = next(iter(self._full_at))
            if self._full_at[eldest] > now and len(self._full_at) <= self._most:
                return
            del self._full_at[eldest]


def build(settings: Quota, site: Site, kit: Kit) -> Mapping[str, Stage]:
    requests, per = settings.requests, float(settings.per)
    take = _taker(settings, site, kit)
    who = WHO[settings.by]
    declared = (b"ratelimit-policy", b'"default";q=%d;w=%d' % (requests, math.ceil(per)))
    replace = msgspec.structs.replace

    async def quota(call: Call, forward: Handler) -> Reply:
        share = take(who(call))
        if not isinstance(share, Share):
            share = await share
        fields: Headers = (
            declared,
            (b"ratelimit", b'"default";r=%d;t=%d' % (share.remaining, math.ceil(share.seconds))),
        )
        if not share.allowed:
            call.trail.note("quota.refused", retry_after=share.seconds)
            raise QuotaExceeded(
                f"{requests} requests in {per:g} seconds are allowed", retry_after=share.seconds, headers=fields
            )
        call.trail.note("quota.allowed", remaining=share.remaining)
        try:
            reply = await forward(call)
        except GatewayError as error:
            error.headers += fields
            raise
        if reply.verdict is None:
            return replace(reply, headers=reply.headers + fields)
        verdict = replace(reply.verdict, headers=reply.verdict.headers + fields)
        return replace(reply, verdict=verdict)

    return {"quota": quota}


def _taker(settings: Quota, site: Site, kit: Kit) -> Callable[[str], Share | Awaitable[Share]]:
    """What this process knows is the truth where it is alone; else all processes have the quota in common."""
    requests, per = settings.requests, float(settings.per)
    key = ("quota", site.scope, settings)
    own = kit.keep(key, lambda: Quotas(requests, per, kit.clock))
    if kit.shared.alone:
        return own.take
    name = f"quota/{site.scope}/{settings.by}/{requests}-{per:g}"
    leases = kit.keep((*key, "leases"), lambda: Leases(kit.shared, name, Pace(requests, per, requests), kit.clock))

    def take(who: str) -> Share | Awaitable[Share]:
        used = leases.use(who)
        if used is None:
            return ask(who)
        own.take(who)
        return Share(True, used.remaining, used.seconds)

    async def ask(who: str) -> Share:
        """The own count goes along: it is what decides when the others cannot be asked."""
        try:
            taken = await leases.ask(who, own.busy(who))
        except NotShared:
            share = own.take(who)
            if share.allowed:
                leases.owe(who)
            return share
        if not taken.granted:
            return Share(False, taken.remaining, taken.seconds)
        own.take(who)
        return Share(True, taken.remaining, taken.seconds)

    return take


def _user(call: Call) -> str:
    """The user whom the caller acts for, else the caller; a user's id must not be mistaken for a caller's."""
    return f"user {call.caller.user}" if call.caller.user else f"caller {call.caller.id}"


def _network(call: Call) -> str:
    return network_of(call.caller.address)


WHO: Mapping[str, Callable[[Call], str]] = {"caller": attrgetter("caller.id"), "user": _user, "ip": _network}

policy = Policy(
    name="quota",
    settings=Quota,
    build=build,
    description="What a caller may ask of this integration; what goes beyond is a 429 that says when to come again.",
    examples=({"requests": 60, "per": "1m", "by": "caller"},),
)
