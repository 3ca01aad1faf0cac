"""Keys whose shape is decided and whose work comes with a later version: whoever writes one is told so."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from gateway.config.texts import Url
from gateway.declared import Settings
from gateway.units import Secret


class Client(Settings, frozen=True, kw_only=True):
    """The gateway's registration with an OAuth provider."""

    id: Annotated[str, Meta(description="The client id that the provider gave you.", examples=["${GOOGLE_CLIENT_ID}"])]
    secret: Annotated[
        Secret | None,
        Meta(
            description="The client secret that belongs to it; none for a public client.",
            examples=["${GOOGLE_CLIENT_SECRET}"],
        ),
    ] = None
    auth: Annotated[
        Literal["client_secret_basic", "client_secret_post", "none"],
        Meta(
            description="How the client shows who it is: in the Authorization header, in the form, or not at all.",
            examples=["client_secret_post"],
        ),
    ] = "client_secret_basic"


class Provider(Settings, frozen=True, kw_only=True):
    """An OAuth provider."""

    authorize: Annotated[
        Url,
        Meta(
            description="The page where users give their consent.",
            examples=["https://accounts.google.com/o/oauth2/auth"],
        ),
    ]
    token: Annotated[
        Url,
        Meta(description="Where tokens are handed out and renewed.", examples=["https://oauth2.googleapis.com/token"]),
    ]
    revoke: Annotated[
        Url | None,
        Meta(
            description="Where tokens are given back when a user disconnects; left out, they are only forgotten.",
            examples=["https://oauth2.googleapis.com/revoke"],
        ),
    ] = None
    client: Annotated[
        Client,
        Meta(
            description="The gateway's registration with the provider.",
            examples=[{"id": "${GOOGLE_CLIENT_ID}", "secret": "${GOOGLE_CLIENT_SECRET}"}],
        ),
    ]
    scopes: Annotated[
        tuple[str, ...],
        Meta(description="What every integration of this provider asks for.", examples=[["openid", "email"]]),
    ] = ()
    extra: Annotated[
        dict[str, Annotated[str, Meta(description="The parameter's value.", examples=["offline"])]],
        Meta(
            description="Further parameters of the consent page's address, as the provider names them.",
            examples=[{"access_type": "offline"}],
        ),
    ] = field(default_factory=dict)


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
