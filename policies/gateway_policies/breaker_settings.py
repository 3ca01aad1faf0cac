"""What may be written under `breaker`."""

from typing import Annotated, Literal

import msgspec

from gateway import Duration, Percentage, Settings
from gateway_policies.checks import ordered, positive
from gateway_policies.failure_classes import FailureClass


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
