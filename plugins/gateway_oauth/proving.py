"""How the gateway shows a provider that it is the one that asks: with a secret, or with what its private key signs."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote_plus

from gateway.contract import Headers
from gateway_oauth.answers import Refused

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE = 60
"""Seconds for which an assertion is good; each is shown once."""

Proof = tuple[Mapping[str, str], Headers]
"""What stands in the form, and what in the header."""


class Client(Protocol):
    """The gateway's registration."""

    @property
    def id(self) -> str: ...
    @property
    def secret(self) -> str | None: ...
    @property
    def auth(self) -> str: ...


def proof(client: Client, audience: str, now: float) -> Proof:
    """For a request of now; `audience` is the token endpoint. Raises Refused where the key is none.

    RFC 6749 2.3.1 has both halves of the header field form-encoded.
    """
    if client.secret is None or client.auth == "none":
        return {"client_id": client.id}, ()
    if client.auth == "client_secret_post":
        return {"client_id": client.id, "client_secret": client.secret}, ()
    if client.auth == "private_key_jwt":
        return _signed(client.id, client.secret, audience, now), ()
    pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
    return {}, ((b"authorization", b"Basic " + b64encode(pair.encode())),)


def _signed(client_id: str, pem: str, audience: str, now: float) -> Mapping[str, str]:
    """RFC 7523 2.2."""
    from authlib.oauth2.rfc7523 import private_key_jwt_sign  # noqa: PLC0415 - what signs takes megabytes, and most
    from joserfc.errors import JoseError  # noqa: PLC0415 - providers are content with a secret
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    try:
        key = RSAKey.import_key(pem)
        assertion = private_key_jwt_sign(key, client_id, audience, issued_at=int(now), expires_in=LIFE)
    except (JoseError, ValueError, TypeError):
        raise Refused("the client's `secret` is no private RSA key in PEM, with which it would sign") from None
    return {"client_id": client_id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
