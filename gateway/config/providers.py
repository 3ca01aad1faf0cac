"""`providers:` — the OAuth servers where users give their consent, and where tokens are renewed."""

from typing import Annotated, Literal

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
            description="The client secret that belongs to it, or for `private_key_jwt` its RSA key in PEM; none for a "
            "public client.",
            examples=["${GOOGLE_CLIENT_SECRET}"],
        ),
    ] = None
    auth: Annotated[
        Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        Meta(
            description="How the client shows who it is: with its secret in the Authorization header or in the form, "
            "with a JWT that its private key signs (RS256), or not at all.",
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
    issuer: Annotated[
        Url | None,
        Meta(
            description="Who the provider says it is, where it says so: an answer of anybody else is refused.",
            examples=["https://accounts.google.com"],
        ),
    ] = None
    allow_private: Annotated[
        bool,
        Meta(description="Whether it may be at a private address, or without TLS: one of your own.", examples=[True]),
    ] = False
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
