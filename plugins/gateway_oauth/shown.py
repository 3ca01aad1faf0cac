"""A connection as callers see it: everything that matters for using it, and never a token."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from gateway.contract import Catalog
from gateway.stored import Connection
from gateway_oauth.scopes import asked, kind_of, missing, needing

EXPIRING = 60.0
"""Seconds before its end from which a token is said to expire; by then it is renewed with the next call."""
STORED = "stored:"
"""What stands before the integration's name in the provider of a secret that a user has left with the gateway."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    provider: str
    user: str
    status: Literal["active", "expiring", "needs_reauth", "revoked"]
    reason: str | None
    integrations: tuple[str, ...]
    scopes: tuple[str, ...]
    missing_scopes: tuple[str, ...]
    expires_at: str | None
    created_at: str
    updated_at: str


def shown(connection: Connection, catalog: Catalog, now: float) -> Shown:
    return Shown(
        id=connection.id,
        provider=connection.provider.removeprefix(STORED),
        user=connection.user,
        status=_status(connection, now),
        reason=connection.reason or None,
        integrations=_integrations(connection, catalog),
        scopes=connection.scopes,
        missing_scopes=_missing(connection, catalog),
        expires_at=None if connection.expires_at is None else written(connection.expires_at),
        created_at=written(connection.created_at),
        updated_at=written(connection.updated_at),
    )


def written(seconds: float) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def provider_of(integration: str, catalog: Catalog) -> str | None:
    """Under which provider the connections of an integration are kept; None where it uses none."""
    found = catalog.integrations.get(integration)
    match None if found is None else kind_of(found.credential):
        case "oauth":
            provider: str = found.credential.provider if found is not None else ""
            return provider
        case "stored":
            return STORED + integration
    return None


def _integrations(connection: Connection, catalog: Catalog) -> tuple[str, ...]:
    if connection.provider.startswith(STORED):
        return (connection.provider.removeprefix(STORED),)
    return tuple(item.name for item in needing(catalog, connection.provider))


def _missing(connection: Connection, catalog: Catalog) -> tuple[str, ...]:
    if connection.provider not in catalog.providers:
        return ()
    return missing(asked(catalog, connection.provider), connection.scopes)


def _status(connection: Connection, now: float) -> Literal["active", "expiring", "needs_reauth", "revoked"]:
    ends = connection.expires_at
    if connection.status == "active" and ends is not None and ends - now <= EXPIRING:
        return "expiring"
    return connection.status
