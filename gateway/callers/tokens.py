"""Access tokens of an identity provider (RFC 9068): signed by it, for this gateway, not expired."""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError

from gateway.callers.key_set import Keys
from gateway.callers.naming import application_named, user_alone, user_named
from gateway.contract import Caller
from gateway.errors import Unauthenticated
from gateway.units import Secret

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures by a private key; never `none`, and none that whoever verifies could make himself."""
LEEWAY = 30
"""Seconds by which the clocks of two machines may differ."""
REMEMBERED = 10_000
_REFUSED = "the token is none that this gateway accepts"


class _Head(msgspec.Struct):
    kid: str | None = None


class Tokens:
    """`now` is seconds since 1970. A token that was verified is believed until it expires, without another look."""

    def __init__(self, keys: Keys, now: Callable[[], float], issuer: str, audience: str) -> None:
        self._keys = keys
        self._now = now
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._known: OrderedDict[bytes, tuple[float, str, str]] = OrderedDict()

    async def identify(self, token: str, address: str) -> Caller:
        """The application that the token was given to, and the user who gave it.

        Raises Unauthenticated, and StoreUnavailable where the provider's keys are not known yet.
        """
        digest = hashlib.sha256(token.encode()).digest()
        found = self._known.get(digest)
        if found is None or found[0] + LEEWAY <= self._now():
            found = self._known[digest] = await self._verified(token)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return Caller(found[1], address, found[2], token=Secret(token))

    async def _verified(self, token: str) -> tuple[float, str, str]:
        try:
            keys = await self._keys.current(knowing=_kid(token))
            claims: dict[str, Any] = jwt.decode(token, keys, algorithms=[*ALGORITHMS]).claims
            self._claims.validate(claims)
        except (JoseError, msgspec.MsgspecError, ValueError, TypeError, RecursionError) as wrong:
            raise Unauthenticated(_REFUSED) from wrong
        user = claims["sub"]
        application = claims.get("client_id") or claims.get("azp") or ""
        if not isinstance(user, str) or not isinstance(application, str) or not user:
            raise Unauthenticated(_REFUSED)
        who = application_named(application) if application else user_alone(user)
        return float(claims["exp"]), who, user_named(user)


def _kid(token: str) -> str | None:
    """Which key it says that it was signed with. Raises ValueError or MsgspecError."""
    head = token.partition(".")[0]
    return msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)), type=_Head).kid
