"""`server:` — the gateway itself."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from gateway.config.texts import Origin, RootedPath, SharedState, Url
from gateway.config.top import VAULT
from gateway.declared import Settings
from gateway.units import Size


class Jwt(Settings, frozen=True, kw_only=True):
    """Callers that come with a token of an identity provider."""

    issuer: Annotated[
        Url,
        Meta(
            description="Who signs the tokens: the `iss` they carry.",
            examples=["https://login.example"],
        ),
    ]
    audience: Annotated[
        str,
        Meta(
            description="Whom the tokens are for: the `aud` they carry. A token for somebody else is refused.",
            examples=["integrations"],
        ),
    ]
    allow_private: Annotated[
        bool,
        Meta(
            description="Whether the identity provider may be at a private address, or without TLS: one of your own.",
            examples=[True],
        ),
    ] = False


class Callers(Settings, frozen=True, kw_only=True):
    """Who may call the gateway."""

    api_keys: Annotated[
        Literal["required", "off"],
        Meta(
            description="Whether a caller needs a key of the gateway: `required`, or `off` for your own machine only. "
            "Beyond loopback the gateway does not start with `off` alone. `gateway keys create` makes a key.",
            examples=["${GATEWAY_API_KEYS:-off}"],
        ),
    ] = "off"
    jwt: Annotated[
        Jwt | None,
        Meta(
            description="Accept the access tokens of an identity provider, beside keys or instead of them. Such a "
            "caller acts for the user that his token names.",
            examples=[{"issuer": "https://login.example", "audience": "integrations"}],
        ),
    ] = None

    @property
    def anonymous(self) -> bool:
        """Whether nobody has to say who he is."""
        return self.api_keys == "off" and self.jwt is None


class Cors(Settings, frozen=True, kw_only=True):
    """Pages of other origins."""

    origins: Annotated[
        tuple[Origin, ...],
        Meta(
            description="The origins whose pages may call the gateway from a browser; none unless they are listed.",
            examples=[["https://app.example"]],
        ),
    ] = ()


class Tls(Settings, frozen=True, kw_only=True):
    """The certificate that the gateway shows its callers."""

    cert: Annotated[
        str,
        Meta(
            description="The file with the certificate chain, in PEM, the gateway's own first.",
            examples=["/run/secrets/gateway.crt"],
        ),
    ]
    key: Annotated[
        str,
        Meta(
            description="The file with the private key that belongs to it, in PEM, without a password.",
            examples=["/run/secrets/gateway.key"],
        ),
    ]


class Server(Settings, frozen=True, kw_only=True):
    """The gateway itself."""

    base_path: Annotated[
        RootedPath,
        Meta(
            description="What every endpoint's path begins with: they answer at {base_path}/{integration}{route}. "
            "Change it when something else in front already owns that path.",
            examples=["/api/v1"],
        ),
    ] = "/api/v1"
    public_url: Annotated[
        Url | None,
        Meta(
            description="Where callers find the gateway, for links and redirects; never taken from Host. Needed beyond "
            "loopback where links, native mounts or OAuth are used; on loopback it is the gateway's own address.",
            examples=["https://integrations.example"],
        ),
    ] = None
    storage: Annotated[
        str,
        Meta(
            description="The database for what has to last. A relative path is taken from where the gateway is "
            "started.",
            examples=["sqlite:///var/gateway.db"],
        ),
    ] = "sqlite:///var/gateway.db"
    storage_read: Annotated[
        str | None,
        Meta(
            description="A read replica of that database, for lists and for looking up callers' keys. What decides "
            "over a user's tokens is always asked of the database itself, and so is everything while the replica is "
            "away. A key that was revoked works on there for as long as the replica lags behind.",
            examples=["postgresql://gateway@replica.internal/gateway"],
        ),
    ] = None
    vault: Annotated[Any, VAULT] = None
    """One of the installed vaults' settings; the type that the file is read with is the registry's."""
    shared_state: Annotated[
        SharedState,
        Meta(
            description="Where limits, breakers, cache and idempotency are: `memory`, for one gateway with any number "
            "of workers, or the address of a redis or valkey, for several that have to count together: "
            "`redis://host:6379/0`, `rediss://…` with encryption, `unix:///run/redis.sock`. While it cannot be "
            "reached every process decides alone. Only a restart changes it.",
            examples=["${GATEWAY_SHARED_STATE:-memory}"],
        ),
    ] = "memory"
    callers: Annotated[
        Callers,
        Meta(
            description="Who may call the gateway: anybody on this machine, unless you say more.",
            examples=[{"api_keys": "${GATEWAY_API_KEYS:-off}"}],
        ),
    ] = Callers()
    body_limit: Annotated[
        Size,
        Meta(
            description="The largest request body that is read; a larger one is answered with 413. Raise it for "
            "uploads: what is not streamed lies in memory.",
            examples=["10MiB"],
        ),
    ] = field(default_factory=lambda: Size(10 * 1024**2))
    response_limit: Annotated[
        Size,
        Meta(
            description="The largest answer of a vendor that is read; a larger one is answered with 502. Streamed "
            "answers have no limit.",
            examples=["50MiB"],
        ),
    ] = field(default_factory=lambda: Size(50 * 1024**2))
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or networks of the proxies in front, whose X-Forwarded-For is believed; from "
            "anybody else it is ignored.",
            examples=[["10.0.0.0/8"]],
        ),
    ] = ()
    cors: Annotated[
        Cors,
        Meta(
            description="Which web pages may call the gateway from a browser; none unless you say so.",
            examples=[{"origins": ["https://app.example"]}],
        ),
    ] = Cors()
    return_to: Annotated[
        tuple[Origin, ...],
        Meta(
            description="Where users may be sent back to once they have connected an account: addresses of these "
            "origins, and no others.",
            examples=[["https://app.example"]],
        ),
    ] = ()
    tls: Annotated[
        Tls | None,
        Meta(
            description="Answer by https, with this certificate. Leave it out where something in front does that.",
            examples=[{"cert": "/run/secrets/gateway.crt", "key": "/run/secrets/gateway.key"}],
        ),
    ] = None
