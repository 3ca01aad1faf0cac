"""`server:` — the gateway itself."""

from typing import Annotated, Literal

from msgspec import Meta, field

from gateway.config.texts import Origin, RootedPath, Url
from gateway.declared import Settings
from gateway.units import Size


class Jwt(Settings, frozen=True, kw_only=True):
    """Callers that come with a token of an identity provider."""

    issuer: Annotated[Url, Meta(description="Who signs the tokens: the `iss` they carry.")]
    audience: Annotated[str, Meta(description="Whom the tokens are for: the `aud` they carry.")]


class Callers(Settings, frozen=True, kw_only=True):
    """Who may call the gateway."""

    api_keys: Annotated[
        Literal["required", "off"],
        Meta(description="Whether a caller needs a key: `required`, or `off` for your own machine only."),
    ] = "off"
    jwt: Annotated[Jwt | None, Meta(description="Accept the tokens of an identity provider.")] = None


class Cors(Settings, frozen=True, kw_only=True):
    """Pages of other origins."""

    origins: Annotated[
        tuple[Origin, ...],
        Meta(description="The origins whose pages may call the gateway, such as `https://app.example`."),
    ] = ()


class Tls(Settings, frozen=True, kw_only=True):
    """The certificate that the gateway shows its callers."""

    cert: Annotated[str, Meta(description="The file with the certificate chain, in PEM.")]
    key: Annotated[str, Meta(description="The file with the private key, in PEM.")]


class Server(Settings, frozen=True, kw_only=True):
    """The gateway itself."""

    base_path: Annotated[RootedPath, Meta(description="Endpoints answer at {base_path}/{integration}{route}.")] = (
        "/api/v1"
    )
    public_url: Annotated[
        Url | None, Meta(description="Where callers find the gateway, for links and redirects; never taken from Host.")
    ] = None
    storage: Annotated[str, Meta(description="What has to last: a database, such as `sqlite:///var/gateway.db`.")] = (
        "sqlite:///var/gateway.db"
    )
    shared_state: Annotated[
        str,
        Meta(description="Where limits, breakers and cache are: `memory`, this process, or a redis address for all."),
    ] = "memory"
    callers: Annotated[Callers, Meta(description="Who may call the gateway.")] = Callers()
    body_limit: Annotated[Size, Meta(description="The largest request body, such as `10MiB`.")] = field(
        default_factory=lambda: Size(10 * 1024**2)
    )
    response_limit: Annotated[Size, Meta(description="The largest answer of a vendor, such as `50MiB`.")] = field(
        default_factory=lambda: Size(50 * 1024**2)
    )
    trusted_proxies: Annotated[
        tuple[str, ...], Meta(description="Addresses or networks whose X-Forwarded-For is believed.")
    ] = ()
    cors: Annotated[Cors, Meta(description="Pages of other origins.")] = Cors()
    return_to: Annotated[
        tuple[Url, ...], Meta(description="Where a user may be sent back to once an account is connected.")
    ] = ()
    tls: Annotated[Tls | None, Meta(description="Answer by https, with this certificate.")] = None
