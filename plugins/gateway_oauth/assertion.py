"""The JWT with which a Google service account shows who it is (RFC 7523, as Google has it)."""

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

LIFE = 3600
"""Seconds for which an assertion is good: the longest that Google takes."""
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class AccountKey(msgspec.Struct, frozen=True):
    """The file that Google hands out, as far as it is needed."""

    client_email: str
    private_key: str
    token_uri: str
    private_key_id: str = ""

    def __repr__(self) -> str:
        return f"AccountKey({self.client_email})"


class Account:
    """`text` is the key file's content. Raises ValueError, whose message never has the key in it."""

    def __init__(self, text: str, scopes: tuple[str, ...], subject: str | None) -> None:
        self._key = _read(text)
        self._private = _private(self._key)
        self._claims = {"iss": self._key.client_email, "aud": self._key.token_uri, "scope": " ".join(scopes)}
        if subject is not None:
            self._claims["sub"] = subject

    @property
    def name(self) -> str:
        return self._key.client_email

    @property
    def token_uri(self) -> str:
        return self._key.token_uri

    def assertion(self, now: float) -> str:
        header = {
            "alg": "RS256",
            "typ": "JWT",
            **({"kid": self._key.private_key_id} if self._key.private_key_id else {}),
        }
        return jwt.encode(header, {**self._claims, "iat": int(now), "exp": int(now) + LIFE}, self._private)


def _read(text: str) -> AccountKey:
    try:
        return msgspec.json.decode(text.encode(), type=AccountKey)  # a Secret is no text to msgspec
    except msgspec.DecodeError:
        wanted = "expected the JSON of a service account's key, with client_email, private_key and token_uri"
        raise ValueError(f"`key`: {wanted}") from None


def _private(key: AccountKey) -> RSAKey:
    try:
        return RSAKey.import_key(key.private_key)
    except (JoseError, ValueError, TypeError):
        raise ValueError("`key`: its private_key is no RSA key in PEM") from None
