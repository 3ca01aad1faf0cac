"""The credentials that this plugin brings, one for each word after `use`.

credential: {use: oauth, provider: google, scopes: [https://www.googleapis.com/auth/calendar.events]}
credential: {use: stored, header: X-API-Key}
credential: {use: client-credentials, provider: crm, scopes: [contacts.read]}
credential: {use: service-account, key: "${file:/run/secrets/google.json}", scopes: [...], subject: ann@example.com}
credential: {use: token-exchange, provider: okta, audience: https://crm.example}
"""

import re
from typing import Annotated, Literal

import msgspec

from gateway import Secret, Settings

Scopes = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=500)], ...],
    msgspec.Meta(
        description="What the token may be used for, as the provider names it.",
        examples=[["https://www.googleapis.com/auth/calendar.events"]],
    ),
]
ProviderName = Annotated[
    str, msgspec.Meta(min_length=1, description="The name of the provider under `providers`.", examples=["google"])
]
Parameters = Annotated[
    dict[str, Annotated[str, msgspec.Meta(description="The parameter's value.", examples=["https://crm.example"])]],
    msgspec.Meta(
        description="Further parameters of the token request, as the provider names them.",
        examples=[{"audience": "https://crm.example"}],
    ),
]
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PREFIX = re.compile(r"(?:[!-~][ -~]*)?")
_OWN = frozenset({"connection", "content-length", "content-type", "host", "te", "transfer-encoding", "user-agent"})
"""Fields that the gateway itself writes."""
AUTHORIZATION, BEARER = "Authorization", "Bearer "


class OAuth(Settings, frozen=True, kw_only=True, tag_field="use", tag="oauth"):
    """A token of the user who calls: he has connected an account at the provider, and the gateway renews it."""

    provider: ProviderName
    scopes: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="What this integration needs beyond the provider's scopes; users are asked for both at once.",
            examples=[["https://www.googleapis.com/auth/calendar.readonly"]],
        ),
    ] = ()
    token: Annotated[
        Secret | None,
        msgspec.Meta(
            description="A token of your own, for calls that name no user: to try things out before anybody has "
            "connected. An empty one is none.",
            examples=["${GOOGLE_ACCESS_TOKEN:-}"],
        ),
    ] = None


class Stored(Settings, frozen=True, kw_only=True, tag_field="use", tag="stored"):
    """A secret that each user has left with the gateway, such as his own key at the vendor."""

    header: Annotated[
        str,
        msgspec.Meta(
            min_length=1, max_length=100, description="The header field that carries it.", examples=["X-API-Key"]
        ),
    ] = AUTHORIZATION
    prefix: Annotated[
        Annotated[str, msgspec.Meta(max_length=100)] | None,
        msgspec.Meta(
            description="What stands before it in that field, the space included. Left out, it is `Bearer ` in "
            "Authorization and nothing elsewhere.",
            examples=["Token "],
        ),
    ] = None
    kind: Annotated[
        Literal["bearer"] | None,
        msgspec.Meta(description="`bearer` is short for `Bearer ` in Authorization.", examples=["bearer"]),
    ] = msgspec.field(name="as", default=None)

    def __post_init__(self) -> None:
        if not _FIELD_NAME.fullmatch(self.header):
            raise ValueError(f"`{self.header}` is no name of a header field")
        if self.header.lower() in _OWN:
            raise ValueError(f"`{self.header}` is a header field that the gateway writes itself")
        if self.prefix is not None and not _PREFIX.fullmatch(self.prefix):
            raise ValueError("`prefix` holds a line break or another character that a header cannot carry")
        if self.kind is not None and (self.header != AUTHORIZATION or self.prefix is not None):
            raise ValueError("`as: bearer` says already where the secret goes: leave out `header` and `prefix`")

    @property
    def before(self) -> str:
        """What stands before the secret."""
        if self.prefix is not None:
            return self.prefix
        return BEARER if self.header.lower() == AUTHORIZATION.lower() else ""


class ClientCredentials(Settings, frozen=True, kw_only=True, tag_field="use", tag="client-credentials"):
    """A token of the gateway itself, for no user (RFC 6749 4.4)."""

    provider: ProviderName
    scopes: Scopes = ()
    extra: Parameters = msgspec.field(default_factory=dict)


class ServiceAccount(Settings, frozen=True, kw_only=True, tag_field="use", tag="service-account"):
    """A token of a Google service account, got with a JWT that its key signs (RFC 7523)."""

    key: Annotated[
        Secret,
        msgspec.Meta(
            description="The account's key, the whole JSON that Google hands out.",
            examples=["${file:/run/secrets/google.json}"],
        ),
    ]
    scopes: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            min_length=1,
            description="What the token may be used for.",
            examples=[["https://www.googleapis.com/auth/calendar.readonly"]],
        ),
    ]
    subject: Annotated[
        str | None,
        msgspec.Meta(
            description="The user of your own organisation for whom it acts, where the account may do that.",
            examples=["ann@example.com"],
        ),
    ] = None
    allow_private: Annotated[
        bool,
        msgspec.Meta(
            description="Whether the token address in the key may be private, or without TLS.", examples=[True]
        ),
    ] = False


class TokenExchange(Settings, frozen=True, kw_only=True, tag_field="use", tag="token-exchange"):
    """The OIDC token that the caller came with, exchanged for one that the vendor takes (RFC 8693)."""

    provider: ProviderName
    scopes: Scopes = ()
    audience: Annotated[
        str | None,
        msgspec.Meta(
            description="For whom the token is to be, as the provider names it.", examples=["https://crm.example"]
        ),
    ] = None
    extra: Parameters = msgspec.field(default_factory=dict)
