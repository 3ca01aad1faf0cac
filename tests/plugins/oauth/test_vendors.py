"""Google keeps its refresh token and wants to be asked for one; Microsoft gives a new one and lets the old one be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.config.providers import Client
from gateway.units import Secret
from gateway_oauth import tokens
from gateway_oauth.offers import PAGES
from tests.plugins.oauth.answering import browser_of
from tests.plugins.oauth.house import CALLBACK, House, catalog, house, provider
from tests.provider import OidcProvider, oidc_provider
from tests.provider.running import Rotation

OFFLINE = {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"}


@contextmanager
def in_front_of(rotation: Rotation, folder: Path, empty: Path, **fields: Any) -> Iterator[tuple[House, OidcProvider]]:
    with oidc_provider(rotation, auth="client_secret_post", redirect_uris=[CALLBACK]) as real:
        client = Client(id=real.client_id, secret=Secret(real.client_secret), auth="client_secret_post")
        settings = provider(authorize=real.authorize, token=real.token, client=client, **fields)
        with house(folder, empty, PAGES, catalog(acme=settings)) as made:
            yield made, real


def refresh_tokens(house: House, times: int) -> list[str]:
    """Connects Ann, and renews so many times; the refresh token after each."""
    with browser_of(house) as browser:
        page = browser.consent(house.link("ann"), "ann@acme")
    assert "<h1>Connected</h1>" in page.text
    found = [kept(house)]
    with house.caller(user="ann") as caller:
        for _ in range(times):
            house.later(60)
            assert caller.post("/connections/acme-mail/refresh").status_code == 200
            found.append(kept(house))
    return found


def kept(house: House) -> str:
    connection = house.run(house.kit.stored.connections.find("acme", "ann"))
    opened: tokens.Tokens = house.run(tokens.opened(house.kit, connection))
    return opened.refresh


def test_like_google(tmp_path: Path, empty: Path) -> None:
    with in_front_of("none", tmp_path, empty, extra=OFFLINE) as (house, real):
        found = refresh_tokens(house, 2)
        seen = real.seen()

    assert len({*found}) == 1
    assert found[0]
    assert (seen.refreshes, seen.reuses) == (2, 0)


def test_like_google_without_asking_for_a_refresh_token(tmp_path: Path, empty: Path) -> None:
    """The connection works until its token ends, and then its user is asked."""
    with in_front_of("none", tmp_path, empty) as (house, _):
        assert refresh_tokens(house, 0) == [""]
        house.later(4000)
        with house.caller(user="ann") as caller:
            answer = caller.post("/connections/acme-mail/refresh")

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "connection-required")


def test_like_microsoft(tmp_path: Path, empty: Path) -> None:
    with in_front_of("lenient", tmp_path, empty) as (house, real):
        found = refresh_tokens(house, 2)
        seen = real.seen()

    assert len({*found}) == 3
    assert (seen.refreshes, seen.reuses) == (2, 0)
