"""An identity provider in a function: its keys, its discovery document, and the tokens that it signs."""

from typing import Any

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from gateway.contract import Headers, Reply
from gateway.errors import ConnectFailed

ISSUER = "https://login.example"
AUDIENCE = "integrations"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig", "alg": "RS256"})
CURVE = ECKey.generate_key("P-256", {"kid": "ec-1"})


class Issuer:
    """`fetch` answers as its server would; `down` it does not, and `asked` counts its visitors."""

    def __init__(self, *keys: RSAKey | ECKey, name: str = ISSUER) -> None:
        self.keys = list(keys) or [RSA, CURVE]
        self.name = name
        self.down = False
        self.asked = 0

    async def fetch(self, method: str, url: str, *, headers: Headers = (), body: bytes = b"", **_: Any) -> Reply:
        self.asked += 1
        if self.down:
            raise ConnectFailed
        if url.endswith("/.well-known/openid-configuration"):
            return _json({"issuer": self.name, "jwks_uri": f"{self.name}/keys"})
        return _json(KeySet([*self.keys]).as_dict(private=False))


def _json(found: Any) -> Reply:
    return Reply(200, ((b"content-type", b"application/json"),), msgspec.json.encode(found))


def token(key: RSAKey | ECKey = RSA, how: str = "RS256", *, without: str = "", **claims: Any) -> str:
    """A good one, but for what is said."""
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "client_id": "app", "exp": 2_000_000_000}
    said = {name: value for name, value in {**usual, **claims}.items() if name != without}
    head = {"alg": how, "kid": key.kid} if key.kid else {"alg": how}
    return jwt.encode(head, said, key, algorithms=[how])
