"""The provider that the tests lean on does what they believe: it rotates, notices reuse, and holds to the letter."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.provider import Browser, OidcProvider, oidc_provider

HERE = "http://127.0.0.1:1/connect/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture(name="strict", scope="module")
def strict_one() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


def asked(provider: OidcProvider, **fields: str) -> str:
    usual = {"client_id": provider.client_id, "response_type": "code", "redirect_uri": HERE, "scope": "calendar.events"}
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s"}
    return str(httpx.URL(provider.authorize, params={**usual, **pkce, **fields}))


def token(provider: OidcProvider, **fields: str) -> httpx.Response:
    auth = (provider.client_id, provider.client_secret)
    return httpx.post(provider.token, data=fields, auth=auth, trust_env=False)


def refreshed(provider: OidcProvider, refresh_token: str) -> Any:
    return token(provider, grant_type="refresh_token", refresh_token=refresh_token).json()


def events(provider: OidcProvider, access: str) -> int:
    headers = {"authorization": f"Bearer {access}"}
    return httpx.get(f"{provider.calendar}/events", headers=headers, trust_env=False).status_code


def test_a_scripted_browser_brings_a_code_that_becomes_tokens_for_the_calendar(strict: OidcProvider) -> None:
    with Browser() as browser:
        end = browser.consent(asked(strict), "ann", until=HERE)

    back = httpx.URL(end.headers["location"])
    found = token(
        strict, grant_type="authorization_code", code=back.params["code"], redirect_uri=HERE, code_verifier=VERIFIER
    )
    assert (back.params["state"], back.params["iss"]) == ("s", strict.issuer)
    assert events(strict, found.json()["access_token"]) == 200
    assert events(strict, "made-up") == 401


@pytest.mark.parametrize("field", [{"code_challenge": ""}, {"redirect_uri": f"{HERE}/"}, {"code_challenge_method": ""}])
def test_it_holds_to_the_letter_of_pkce_and_of_the_redirect_uri(strict: OidcProvider, field: dict[str, str]) -> None:
    with Browser() as browser:
        end = browser.consent(asked(strict, **field), "ann", until=HERE)

    assert "code=" not in end.headers.get("location", "")


def test_an_old_refresh_token_ends_the_whole_grant(strict: OidcProvider) -> None:
    strict.forget()
    first = strict.tokens("bob")
    second = refreshed(strict, first.refresh_token)

    assert refreshed(strict, first.refresh_token)["error"] == "invalid_grant"
    assert refreshed(strict, second["refresh_token"])["error"] == "invalid_grant"
    assert (strict.seen().reuses, strict.seen().refreshes) == (1, 1)


def test_what_was_revoked_works_no_more(strict: OidcProvider) -> None:
    tokens = strict.tokens("eve")

    assert strict.revoke("eve") == 1
    assert events(strict, tokens.access_token) == 401
    assert refreshed(strict, tokens.refresh_token)["error"] == "invalid_grant"


def test_it_fails_when_it_is_told_to(strict: OidcProvider) -> None:
    tokens = strict.tokens("max")
    strict.upset(503, "cut")

    assert token(strict, grant_type="refresh_token", refresh_token=tokens.refresh_token).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        refreshed(strict, tokens.refresh_token)
    assert refreshed(strict, tokens.refresh_token)["error"] == "invalid_grant"


def test_a_lenient_one_gives_a_new_token_and_takes_the_old(strict: OidcProvider) -> None:
    with oidc_provider("lenient") as provider:
        first = provider.tokens("ann")
        second, third = (refreshed(provider, first.refresh_token) for _ in range(2))

    assert len({first.refresh_token, second["refresh_token"], third["refresh_token"]}) == 3


def test_one_without_rotation_gives_tokens_only_where_offline_access_was_asked_for() -> None:
    def brought(**fields: str) -> Any:
        with Browser() as browser:
            end = browser.consent(asked(provider, prompt="consent", **fields), "ann", until=HERE)
        code = httpx.URL(end.headers["location"]).params["code"]
        answer = token(provider, grant_type="authorization_code", code=code, redirect_uri=HERE, code_verifier=VERIFIER)
        return answer.json()

    with oidc_provider("none") as provider:
        provider.withhold("mail.send")
        online, offline = brought(), brought(access_type="offline", scope="calendar.events mail.send")
        again = refreshed(provider, offline["refresh_token"])

    assert "refresh_token" not in online
    assert again["refresh_token"] == offline["refresh_token"]
    assert offline["scope"] == "calendar.events"
