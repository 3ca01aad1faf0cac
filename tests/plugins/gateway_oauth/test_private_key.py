"""A client that has a private key instead of a secret, before a provider that verifies what it signs."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from gateway.config.providers import Client
from gateway.units import Secret
from gateway.upstream import Engines, Fetching
from gateway_oauth import endpoint
from gateway_oauth.answers import Refused
from gateway_oauth.proving import LIFE, proof
from gateway_oauth.tokens import Tokens
from tests.kit import kit
from tests.plugins.oauth.house import provider
from tests.provider import OidcProvider, oidc_provider

KEY = RSAKey.generate_key(2048, {"kid": "k1"})
PUBLIC = KEY.as_pem(private=False).decode()
BROKEN = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
NOW = 1_800_000_000.0
AUDIENCE = "https://login.example/token"


def client(key: RSAKey = KEY) -> Client:
    return Client(id="gateway", secret=Secret(key.as_pem(private=True).decode()), auth="private_key_jwt")


@pytest.fixture(name="verifying", scope="module")
def real_provider() -> Iterator[OidcProvider]:
    public = KeySet([KEY]).as_dict(private=False)
    with oidc_provider(auth="private_key_jwt", jwks=public) as found:
        yield found


def refreshed(real: OidcProvider, key: RSAKey) -> tuple[Tokens, bool]:
    """New tokens, and whether they could be given back."""
    settings = provider(token=real.token, revoke=real.revocation, client=client(key))

    async def work() -> tuple[Tokens, bool]:
        engines = Engines("httpx")
        world = kit(fetch=Fetching(engines.get, anywhere=True), now=time.time())
        try:
            old = Tokens(access="x", refresh=real.tokens("ann").refresh_token)
            fresh = await endpoint.refresh(world, settings, old)
            return fresh, await endpoint.revoke(world, settings, fresh)
        finally:
            await engines.close()

    return asyncio.run(work())


def test_a_provider_that_nobody_here_wrote_takes_what_it_signs(verifying: OidcProvider) -> None:
    fresh, given_back = refreshed(verifying, KEY)

    assert fresh.access
    assert given_back


def test_what_another_key_signs_is_refused(verifying: OidcProvider) -> None:
    with pytest.raises(Refused, match="invalid_client"):
        refreshed(verifying, RSAKey.generate_key(2048))


def test_an_assertion_names_who_asks_whom_and_is_good_once_and_not_for_long() -> None:
    forms = [proof(client(), AUDIENCE, NOW) for _ in range(2)]
    claims = [jwt.decode(form["client_assertion"], KEY, algorithms=["RS256"]).claims for form, _ in forms]

    assert [headers for _, headers in forms] == [(), ()]
    assert forms[0][0]["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert claims[0].pop("jti") != claims[1].pop("jti")
    assert claims[0] == {"iss": "gateway", "sub": "gateway", "aud": AUDIENCE, "iat": NOW, "exp": NOW + LIFE}


@pytest.mark.parametrize("secret", ["", "no key", PUBLIC, BROKEN], ids=["empty", "no key", "public", "broken"])
def test_what_is_no_key_is_said_without_showing_it(secret: str) -> None:
    with pytest.raises(Refused, match="no private RSA key") as caught:
        proof(Client(id="gateway", secret=Secret(secret), auth="private_key_jwt"), AUDIENCE, NOW)

    assert secret == "" or secret not in str(caught.value)
    assert caught.value.__cause__ is None
