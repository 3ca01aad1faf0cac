"""An OAuth provider that nobody here wrote, on a free port: watched, hurt and asked through a door for tests."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

import httpx
import msgspec

from tests.provider.installing import INSTALLED, NODE, install

Rotation = Literal["strict", "none", "lenient"]
"""`strict`: a new refresh token with every use, and all of them dead when an old one is seen again; `none`, as Google:
always the same; `lenient`, as Microsoft: a new one, and the old one works on."""

SCOPES = ("openid", "offline_access", "profile", "calendar.events", "calendar.readonly", "mail.send")


class TokenRequest(msgspec.Struct, frozen=True):
    """What came to the token endpoint: the grant type, and the error where it was refused; `reused` is an old token."""

    grant: str
    error: str | None = None
    reused: bool = False


class CalendarRequest(msgspec.Struct, frozen=True):
    status: int
    user: str | None = None


class Seen(msgspec.Struct, frozen=True):
    """What the provider and the calendar behind it have seen since the start, or since they were told to forget."""

    tokens: tuple[TokenRequest, ...] = ()
    reuses: int = 0
    revocations: int = 0
    calendar: tuple[CalendarRequest, ...] = ()

    @property
    def refreshes(self) -> int:
        """Refreshes that succeeded."""
        return sum(1 for one in self.tokens if one.grant == "refresh_token" and one.error is None)


class Tokens(msgspec.Struct, frozen=True):
    """As a token endpoint answers."""

    access_token: str
    refresh_token: str
    expires_in: int
    scope: str
    token_type: str


class OidcProvider:
    """`issuer` is its address; the endpoints are as its discovery document has them."""

    def __init__(self, port: int, client_id: str, client_secret: str) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.authorize = f"{self.issuer}/auth"
        self.token = f"{self.issuer}/token"
        self.revocation = f"{self.issuer}/token/revocation"
        self.calendar = f"{self.issuer}/calendar/v3"
        self.client_id, self.client_secret = client_id, client_secret
        self._door = httpx.Client(base_url=f"{self.issuer}/admin", trust_env=False, timeout=30)

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def __enter__(self) -> Self:
        return self

    def settings(self, **more: Any) -> dict[str, Any]:
        """What stands under `providers:` for it."""
        client = {"id": self.client_id, "secret": self.client_secret}
        return {"authorize": self.authorize, "token": self.token, "revoke": self.revocation, "client": client, **more}

    def register(self, *redirect_uris: str) -> None:
        """From now on these, and no others, are where users may be sent back to."""
        self._order("client", redirect_uris=redirect_uris)

    def seen(self) -> Seen:
        return msgspec.convert(self._order("seen"), Seen)

    def forget(self) -> None:
        """Counts anew."""
        self._order("forget")

    def live(self, seconds: int) -> None:
        """How long access tokens live that are handed out from now on."""
        self._order("set", seconds=seconds)

    def withhold(self, *scopes: str) -> None:
        """Users do not give these any more, whatever they are asked for."""
        self._order("set", withheld=scopes)

    def upset(self, *faults: int | Literal["cut"], delay: float = 0.0) -> None:
        """The next token requests are refused with a status, or done and then `cut`; all wait for `delay` seconds."""
        self._order("set", faults=faults, delay=int(delay * 1000))

    def upset_calendar(self, *statuses: int) -> None:
        """The next calendar requests are answered with these."""
        self._order("set", vendorFaults=statuses)

    def revoke(self, user: str) -> int:
        """Everything the user has granted is gone, as when he removes the application from his account."""
        revoked: int = self._order("revoke", user=user)["revoked"]
        return revoked

    def tokens(self, user: str, *scopes: str) -> Tokens:
        """As the flow would have brought them, without a browser."""
        return msgspec.convert(self._order("tokens", user=user, scope=" ".join(scopes or ("calendar.events",))), Tokens)

    def _order(self, order: str, **fields: Any) -> Mapping[str, Any]:
        answer = self._door.post(f"/{order}", json=fields)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found


@contextmanager
def oidc_provider(
    rotation: Rotation = "strict",
    *,
    seconds: int = 3600,
    auth: Literal["client_secret_basic", "client_secret_post", "private_key_jwt"] = "client_secret_basic",
    redirect_uris: Sequence[str] = ("http://127.0.0.1:1/connect/callback",),
    scopes: Sequence[str] = SCOPES,
    client_secret: str = "the-client's-secret",
    jwks: Mapping[str, Any] | None = None,
    port: int = 0,
) -> Iterator[OidcProvider]:
    """One that answers, until the end; `seconds` is how long access tokens live, `jwks` the client's keys."""
    install()
    asked = {
        "port": port,
        "rotation": rotation,
        "seconds": seconds,
        "auth": auth,
        "redirect_uris": redirect_uris,
        "scopes": scopes,
        "client_id": "gateway",
        "client_secret": client_secret,
        "jwks": jwks,
    }
    script, written = Path(__file__).with_name("run.mjs"), msgspec.json.encode(asked).decode()
    command = [str(NODE), "--no-warnings", str(script), str(INSTALLED), written]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as node:
        assert node.stdout is not None
        try:
            said = node.stdout.readline()
            assert said, f"the provider ended early with {node.wait()}"
            with OidcProvider(int(said), "gateway", client_secret) as provider:
                yield provider
        finally:
            node.kill()
