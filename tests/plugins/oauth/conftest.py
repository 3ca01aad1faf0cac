"""A house in front of a provider that a test speaks for, and of one that nobody here wrote."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.providers import Client
from gateway.contract import Catalog
from gateway.units import Secret
from gateway_oauth.connections import connection_pages
from gateway_oauth.offers import PAGES
from gateway_oauth.pages import flow_pages
from tests.plugins.oauth.dealing import Provided
from tests.plugins.oauth.house import CALLBACK, House, catalog, empty_store, house, provider
from tests.provider import OidcProvider, oidc_provider


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(empty_store(tmp_path_factory.mktemp("empty")))


@pytest.fixture
def provided() -> Provided:
    return Provided()


@pytest.fixture
def served() -> Catalog:
    """What is served; a test file may say otherwise."""
    return catalog()


@pytest.fixture(name="house")
def in_front(tmp_path: Path, empty: Path, provided: Provided, served: Catalog) -> Iterator[House]:
    pages = (*flow_pages(provided.dealings), *connection_pages(provided.dealings))
    with house(tmp_path, empty, pages, served) as made:
        yield made


@pytest.fixture(scope="session")
def strict() -> Iterator[OidcProvider]:
    with oidc_provider(redirect_uris=[CALLBACK]) as provider:
        yield provider


@pytest.fixture
def at_provider(tmp_path: Path, empty: Path, strict: OidcProvider) -> Iterator[House]:
    """In front of the real provider, with everything as it is installed."""
    settings = provider(
        authorize=strict.authorize,
        token=strict.token,
        revoke=strict.revocation,
        issuer=strict.issuer,
        client=Client(id=strict.client_id, secret=Secret(strict.client_secret)),
    )
    with house(tmp_path, empty, PAGES, catalog(acme=settings)) as made:
        yield made
