"""Keys whose shape is decided and whose work comes with a later version: whoever writes one is told so."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from gateway.declared import Settings


class Cost(Settings, frozen=True, kw_only=True):
    """What a call costs."""

    amount: Annotated[
        float | None,
        Meta(description="What each call costs, in `currency`; for vendors with a fixed price.", examples=[0.0075]),
    ] = None
    path: Annotated[
        str | None,
        Meta(
            description="Where the vendor's answer tells what the call has cost, in JMESPath; instead of `amount`.",
            examples=["costBreakdown.total"],
        ),
    ] = None
    currency: Annotated[str, Meta(description="What the price is in, as three letters of ISO 4217.", examples=["USD"])]


LATER_POLICIES: Mapping[str, Any] = {"cost": Cost}
"""Policies that no plugin provides yet, by key."""
