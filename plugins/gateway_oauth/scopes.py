"""Which consent is needed: the least that the integrations served now can do with, and no more."""

from collections.abc import Iterable
from typing import Any

from gateway.contract import Catalog, Declared

OAUTH = "oauth"
_GRAPH = "https://graph.microsoft.com/"
_NEVER_RETURNED = frozenset({"openid", "offline_access", "email", "profile"})
"""Providers give these under other names, or say nothing of them."""


def kind_of(credential: Any) -> str:
    """The word under `use`, empty where there is no credential."""
    return "" if credential is None else str(credential.__struct_config__.tag)


def needing(catalog: Catalog, provider: str) -> tuple[Declared, ...]:
    """The integrations that are asked with a user's grant at this provider, and have anything to ask for."""
    return tuple(
        item
        for item in catalog.integrations.values()
        if item.operations and kind_of(item.credential) == OAUTH and item.credential.provider == provider
    )


def asked(catalog: Catalog, provider: str) -> tuple[str, ...]:
    """What users are asked for: all of it at once, since all integrations of a provider share one grant."""
    settings: Any = catalog.providers[provider]
    wanted = [*settings.scopes]
    for item in needing(catalog, provider):
        wanted += item.credential.scopes
        wanted += (scope for endpoint in item.operations for scope in endpoint.scopes)
    return tuple(dict.fromkeys(wanted))


def missing(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """What was asked for and not given; nobody is asked again for what providers do not tell of."""
    given = {scope.casefold() for scope in granted}
    given |= {scope.rpartition("/")[2] for scope in given} | _NEVER_RETURNED
    return tuple(scope for scope in wanted if not _given(scope.casefold(), given))


def _given(scope: str, given: set[str]) -> bool:
    """Microsoft tells a scope that was asked for as an address by its last part alone, or the other way round."""
    return scope in given or (scope.startswith(_GRAPH) and scope.removeprefix(_GRAPH) in given)
