"""Tokens that no user has to come for: the gateway's own, a service account's, and those that are exchanged."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway.contract import Caller, Reply
from gateway.errors import CredentialRefused, ProviderUnavailable, ScopeMissing
from gateway.units import Secret
from gateway_oauth.credentials import exchange, own
from gateway_oauth.settings import ClientCredentials, ServiceAccount, TokenExchange
from tests.kit import call, site
from tests.plugins.gateway_oauth.world import HOUR, Vendor, World, error, granted, over, within

OURS = ClientCredentials(provider="acme", scopes=("contacts.read", "contacts.write"), extra={"audience": "crm"})
KEY = RSAKey.generate_key(2048)
FILE = {
    "type": "service_account",
    "client_email": "robot@project.example",
    "private_key": KEY.as_pem(private=True).decode(),
    "private_key_id": "k7",
    "token_uri": "https://oauth2.example/token",
}
ROBOT = ServiceAccount(key=Secret(json.dumps(FILE)), scopes=("calendar",), subject="ann@example.com")
THEIRS = TokenExchange(provider="acme", audience="https://crm.example", scopes=("read",))


def form(body: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(body.decode(), strict_parsing=True))


def sent(folder: Path, settings: Any, vendor: Vendor, *answers: Reply, times: int = 1) -> list[Mapping[str, str]]:
    """The token requests that so many calls at once make."""

    async def work(world: World) -> list[bytes]:
        handler = over(own(settings, site(), world.kit), vendor)
        await asyncio.gather(*(handler(call()) for _ in range(times)))
        return world.server.asked

    return [form(body) for body in within(folder, work, *answers or (granted("ours"),))]


def test_the_gateways_own_token_is_asked_for_once_and_named_to_the_vendor(tmp_path: Path) -> None:
    vendor = Vendor()
    (asked,) = sent(tmp_path, OURS, vendor, times=50)

    assert asked == {"grant_type": "client_credentials", "scope": "contacts.read contacts.write", "audience": "crm"}
    assert set(vendor.seen) == {b"Bearer ours"}


def test_it_is_renewed_before_it_ends_while_calls_go_on(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> int:
        handler = over(own(OURS, site(), world.kit), vendor)
        await handler(call())
        await asyncio.sleep(HOUR - 50)
        await handler(call())
        await asyncio.sleep(0.1)
        await handler(call())
        return len(world.server.asked)

    assert within(tmp_path, work, granted("one"), granted("two")) == 2
    assert vendor.seen == [b"Bearer one", b"Bearer one", b"Bearer two"]


def test_one_that_the_vendor_refuses_is_asked_for_anew_once(tmp_path: Path) -> None:
    vendor = Vendor(401)
    asked = sent(tmp_path, OURS, vendor, granted("one"), granted("two"))

    assert len(asked) == 2
    assert vendor.seen == [b"Bearer one", b"Bearer two"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error("invalid_client", 401), CredentialRefused),
        (error("invalid_grant"), CredentialRefused),
        (Reply(503), ProviderUnavailable),
        (granted(expires_in=-1), CredentialRefused),
    ],
)
def test_a_provider_that_gives_none_is_not_asked_by_every_call(tmp_path: Path, answer: Reply, kind: Any) -> None:
    vendor = Vendor()

    async def work(world: World) -> None:
        handler = over(own(OURS, site(), world.kit), vendor)
        with pytest.raises(kind):
            await handler(call())
        asked = len(world.server.asked)
        for _ in range(100):
            with pytest.raises(kind, match="`acme` gave no token"):
                await handler(call())
        assert len(world.server.asked) == asked

    within(tmp_path, work, answer)
    assert vendor.seen == []


def test_a_service_account_shows_what_its_key_signs(tmp_path: Path) -> None:
    (asked,) = sent(tmp_path, ROBOT, Vendor())
    token = jwt.decode(asked["assertion"], KEY, algorithms=["RS256"])
    issued = token.claims.pop("iat")

    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert (token.header["kid"], token.claims.pop("exp") - issued, issued) == ("k7", 3600, 1_800_000_000)
    assert token.claims == {
        "iss": "robot@project.example",
        "sub": "ann@example.com",
        "aud": "https://oauth2.example/token",
        "scope": "calendar",
    }


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps({**FILE, "private_key": "mark-of-the-key"})])
def test_what_is_no_key_file_is_said_when_the_config_is_read(tmp_path: Path, text: str) -> None:
    async def work(world: World) -> str:
        with pytest.raises(ValueError, match="`key`") as caught:
            own(ServiceAccount(key=Secret(text), scopes=("calendar",)), site(), world.kit)
        return str(caught.value)

    assert "mark-of" not in within(tmp_path, work)


def exchanging(folder: Path, vendor: Vendor, *tokens: str) -> list[Mapping[str, str]]:
    async def work(world: World) -> list[bytes]:
        handler = over(exchange(THEIRS, site(), world.kit), vendor)
        for token in tokens:
            caller = Caller("oidc:ann", "127.0.0.1", "ann", token=Secret(token))
            await handler(call(caller=caller))
        return world.server.asked

    return [form(body) for body in within(folder, work, granted("for-the-first"), granted("for-the-second"))]


def test_each_callers_token_is_exchanged_once_and_never_for_anothers(tmp_path: Path) -> None:
    vendor = Vendor()
    asked = exchanging(tmp_path, vendor, "first", "second", "first")

    assert [one["subject_token"] for one in asked] == ["first", "second"]
    assert asked[0] == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "first",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "audience": "https://crm.example",
        "scope": "read",
    }
    assert vendor.seen == [b"Bearer for-the-first", b"Bearer for-the-second", b"Bearer for-the-first"]


def test_a_caller_with_a_key_has_nothing_to_exchange(tmp_path: Path) -> None:
    with pytest.raises(ScopeMissing, match="access token instead of a key"):
        exchanging(tmp_path, Vendor(), "")
