"""Bounds what a caller waits, what one attempt may take, and how long a stream may be silent.

    timeout: {connect: 2s, attempt: 10s, total: 20s, idle: 30s}

Two stages: `deadline` bounds everything below it, queueing and repeats included; `timeout` bounds one attempt. Both
bound the wait for a reply only; once a streamed reply has begun, `idle` bounds the gap between its chunks.

A caller who will not wait so long says so with `X-Request-Timeout`, in seconds; he cannot have more than `total`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from typing import Annotated

import msgspec

from gateway import Call, Duration, Handler, Kit, Policy, Reply, Settings, Site, Stage, Trail
from gateway.errors import UpstreamTimeout
from gateway_policies.bounds import Bounds
from gateway_policies.checks import positive
from gateway_policies.patience import patience
from gateway_policies.streams import close

MARGIN = 0.01
"""Seconds by which an attempt ends before the deadline that cuts it short: the breaker is to hear of it first."""


class Timeout(Settings, frozen=True, kw_only=True):
    """How long to wait for a vendor."""

    connect: Annotated[
        Duration,
        msgspec.Meta(description="How long connecting to the vendor may take, TLS included.", examples=["2s"]),
    ] = Duration(2)
    attempt: Annotated[
        Duration,
        msgspec.Meta(
            description="How long one attempt may take until the vendor's answer is there. Raise it for a vendor that "
            "is slow but reliable.",
            examples=["10s"],
        ),
    ] = Duration(10)
    total: Annotated[
        Duration,
        msgspec.Meta(
            description="The longest that a caller waits: queueing, token refresh, all attempts and the waits between "
            "them.",
            examples=["20s"],
        ),
    ] = Duration(20)
    idle: Annotated[
        Duration,
        msgspec.Meta(
            description="How long a streamed answer may pause between two chunks once it began.", examples=["30s"]
        ),
    ] = Duration(30)

    def __post_init__(self) -> None:
        positive(self, "connect", "attempt", "total", "idle")


def build(settings: Timeout | None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    settings = settings or Timeout()
    longest = kit.metrics.gauge(
        "gateway_endpoint_timeout_seconds",
        "How long callers of an endpoint may have to wait at most",
        ("integration", "endpoint"),
        across="max",
    )
    longest.labels(site.integration, site.operation.name).set(settings.total)
    return {"deadline": _deadline(settings, kit), "timeout": _attempt(settings, kit)}


def _deadline(settings: Timeout, kit: Kit) -> Stage:
    total, clock, replace = float(settings.total), kit.clock, msgspec.structs.replace
    bounds = Bounds(total)

    async def deadline(call: Call, forward: Handler) -> Reply:
        wish = patience(call)
        now = clock()
        seconds = min(call.deadline - now, total)
        if wish is not None and wish < seconds:
            call.trail.note("deadline.shortened", seconds=wish)
            seconds = wish
        bound = bounds(seconds)
        try:
            with bound:
                return await forward(replace(call, deadline=now + seconds))
        except TimeoutError as error:
            if not bound.expired:
                raise
            call.trail.note("deadline.exceeded", seconds=seconds)
            raise UpstreamTimeout(f"the answer was not there within {seconds:g} seconds") from error

    return deadline


def _attempt(settings: Timeout, kit: Kit) -> Stage:
    limit, idle, clock = float(min(settings.attempt, settings.total)), float(settings.idle), kit.clock
    bounds = Bounds(limit)

    async def timeout(call: Call, forward: Handler) -> Reply:
        seconds = allowance(limit, call.deadline - clock())
        if seconds != limit and call.trail.count("deadline.shortened"):
            seconds = None  # the caller's impatience is no fault of the vendor
        bound = None if seconds is None else bounds(seconds)
        try:
            with bound or nullcontext():
                reply = await forward(call)
        except TimeoutError as error:
            if bound is None or not bound.expired:
                raise
            call.trail.note("timeout.exceeded", seconds=seconds, attempt=call.attempt)
            raise UpstreamTimeout(f"the vendor did not answer within {seconds:g} seconds") from error
        if isinstance(reply.body, bytes):
            return reply
        return msgspec.structs.replace(reply, body=Lively(reply.body, idle, call.trail))

    return timeout


def allowance(limit: float, left: float) -> float | None:
    """Seconds for an attempt that may take `limit`, when `left` remain until the deadline.

    None leaves it to the deadline: an attempt that got less than half of its time says nothing about the vendor, so
    the breaker, which counts time-outs of attempts, must not hear of it.
    """
    if left >= limit + MARGIN:
        return limit
    return left - MARGIN if left >= limit / 2 + MARGIN else None


class Lively:
    """The chunks of a streamed body, none of which may take longer than `idle` seconds to come."""

    def __init__(self, chunks: AsyncIterator[bytes], idle: float, trail: Trail) -> None:
        self._chunks = chunks
        self._idle = idle
        self._trail = trail

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        bound = asyncio.timeout(self._idle)
        try:
            async with bound:
                return await anext(self._chunks)
        except TimeoutError as error:
            if not bound.expired():
                raise
            self._trail.note("timeout.idle", seconds=self._idle)
            await self.aclose()
            raise UpstreamTimeout(f"the vendor's stream was silent for {self._idle:g} seconds") from error

    async def aclose(self) -> None:
        await close(self._chunks)


policy = Policy(
    name="timeout",
    settings=Timeout,
    build=build,
    always=True,
    nullable=False,
    description="How long to wait for the vendor: for a connection, for one attempt, and in all.",
    examples=({"connect": "2s", "attempt": "10s", "total": "20s"},),
)
