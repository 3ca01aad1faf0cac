"""Keys whose shape is decided and whose work comes with a later version: whoever writes one is told so."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from gateway.declared import Settings


class OAuthCredential(Settings, frozen=True, kw_only=True, tag_field="use", tag="oauth"):
    """A token of the user who calls. Not available in this version."""

    provider: Annotated[str, Meta(description="The name of the provider under `providers`.", examples=["google"])]
    scopes: Annotated[
        tuple[str, ...],
        Meta(
            description="What this integration needs beyond the provider's scopes; users are asked for both at once.",
            examples=[["https://www.googleapis.com/auth/calendar.readonly"]],
        ),
    ] = ()


class StoredCredential(Settings, frozen=True, kw_only=True, tag_field="use", tag="stored"):
    """A secret that each user has left with the gateway. Not available in this version."""

    header: Annotated[str, Meta(description="The header field that carries it.", examples=["X-API-Key"])] = (
        "Authorization"
    )
    prefix: Annotated[
        str, Meta(description="What stands before it in that field, the space included.", examples=["Bearer "])
    ] = "Bearer "


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


LATER_CREDENTIALS: tuple[Any, ...] = (OAuthCredential, StoredCredential)
"""Credentials whose `use` no plugin provides yet."""

LATER_POLICIES: Mapping[str, Any] = {"cost": Cost}
"""Policies that no plugin provides yet, by key."""
