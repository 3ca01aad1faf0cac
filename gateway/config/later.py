"""Keys whose shape is decided and whose work comes with a later version: whoever writes one is told so."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from gateway.config.texts import Url
from gateway.declared import Settings
from gateway.units import Duration, Secret


class Client(Settings, frozen=True, kw_only=True):
    """The gateway's registration with an OAuth provider."""

    id: Annotated[str, Meta(description="The client id.")]
    secret: Annotated[Secret | None, Meta(description="The client secret.")] = None
    auth: Annotated[
        Literal["client_secret_basic", "client_secret_post", "none"],
        Meta(description="How the client shows who it is."),
    ] = "client_secret_basic"


class Provider(Settings, frozen=True, kw_only=True):
    """An OAuth provider."""

    authorize: Annotated[Url, Meta(description="Where users give their consent.")]
    token: Annotated[Url, Meta(description="Where tokens are handed out.")]
    revoke: Annotated[Url | None, Meta(description="Where tokens are given back.")] = None
    client: Annotated[Client, Meta(description="The gateway's registration with the provider.")]
    scopes: Annotated[tuple[str, ...], Meta(description="What to ask for.")] = ()
    extra: Annotated[dict[str, str], Meta(description="Further parameters of the consent page's address.")] = field(
        default_factory=dict
    )


class OAuthCredential(Settings, frozen=True, kw_only=True, tag_field="use", tag="oauth"):
    """A token of the user who calls."""

    provider: Annotated[str, Meta(description="The name of the provider under `providers`.")]
    scopes: Annotated[
        tuple[str, ...], Meta(description="What this integration needs beyond the provider's scopes.")
    ] = ()


class StoredCredential(Settings, frozen=True, kw_only=True, tag_field="use", tag="stored"):
    """A secret that each user has left with the gateway."""

    header: Annotated[str, Meta(description="The header field that carries it.")] = "Authorization"
    prefix: Annotated[str, Meta(description="What stands before it in that field.")] = "Bearer "


class OpenApi(Settings, frozen=True, kw_only=True):
    """Endpoints taken from a vendor's own OpenAPI document."""

    document: Annotated[str, Meta(description="The file, relative to this one.")]
    operations: Annotated[tuple[str, ...], Meta(description="The operationIds to take.")]


class Paging(Settings, frozen=True, kw_only=True):
    """How the vendor goes from page to page."""

    items: Annotated[str, Meta(description="Where the items of a page are, in JMESPath.")]
    next: Annotated[str, Meta(description="Where the next page is, in JMESPath.")]


class Idempotency(Settings, frozen=True, kw_only=True):
    """A repeated write gets the first answer."""

    window: Annotated[Duration, Meta(description="For how long, such as `24h`.")] = Duration(86400)
    required: Annotated[bool, Meta(description="Whether a write without a key is refused.")] = False
    key: Annotated[
        Literal["header", "header_or_body_hash"], Meta(description="What tells that two writes are the same.")
    ] = "header"


class Cost(Settings, frozen=True, kw_only=True):
    """What a call costs."""

    amount: Annotated[float | None, Meta(description="The price of a call.")] = None
    path: Annotated[str | None, Meta(description="Where the vendor's answer tells its price, in JMESPath.")] = None
    currency: Annotated[str, Meta(description="Such as `USD`.")]


LATER_CREDENTIALS: tuple[Any, ...] = (OAuthCredential, StoredCredential)
"""Credentials whose `use` no plugin provides yet."""

LATER_POLICIES: Mapping[str, Any] = {"idempotency": Idempotency, "cost": Cost}
"""Policies that no plugin provides yet, by key."""
