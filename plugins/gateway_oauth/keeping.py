"""Connections come, are replaced and go: in the store, for the other processes, in the audit trail, as an event."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from gateway.contract import Call, Kit
from gateway.errors import StoreUnavailable
from gateway.stored import Connection, Entry
from gateway_oauth.events import Why, connection_changed
from gateway_oauth.flow import Code
from gateway_oauth.tokens import Tokens

TRIES = 5
"""How often somebody else may have been quicker at the same connection."""


class Dealings(msgspec.Struct, frozen=True, kw_only=True):
    """How tokens are dealt with. `exchange` raises FlowRefused, `refresh` and `test` a GatewayError, `revoke` nothing.

    `test` asks nobody where a token is there that should work. Both are given who asks, for a link that may be needed.

    `seal` is given the connection as it will be, since what is sealed opens for this version of it alone; `secret`
    makes of a user's own secret what `seal` takes. `changed` lets the other processes know.
    """

    exchange: Callable[[Kit, Any, Code], Awaitable[Tokens]]
    seal: Callable[[Kit, Tokens, Connection], Awaitable[bytes]]
    refresh: Callable[[Kit, Connection, str], Awaitable[Connection]]
    test: Callable[[Kit, Connection, str], Awaitable[Connection]]
    revoke: Callable[[Kit, Connection], Awaitable[bool]]
    secret: Callable[[str], Tokens]
    changed: Callable[[Kit, Connection], None]


class Kept(msgspec.Struct, frozen=True):
    connection: Connection
    new: bool


async def keep(kit: Kit, dealings: Dealings, code: Code, call: Call) -> Connection:
    """Turns a code into a connection. Raises FlowRefused, StoreUnavailable."""
    settings = kit.catalog().providers[code.link.provider]
    tokens = await dealings.exchange(kit, settings, code)
    kept = await put(kit, dealings, code.link.provider, code.link.user, tokens)
    await tell(kit, call, kept.connection, "connected" if kept.new else "reconnected", who=code.link.by)
    return kept.connection


async def keep_secret(kit: Kit, dealings: Dealings, whose: tuple[str, str], secret: str, call: Call) -> Kept:
    """What a user leaves with the gateway: `whose` is provider and user. Raises StoreUnavailable."""
    kept = await put(kit, dealings, *whose, dealings.secret(secret))
    await tell(kit, call, kept.connection, "connected" if kept.new else "reconnected", who=call.caller.id)
    return kept


async def put(kit: Kit, dealings: Dealings, provider: str, user: str, given: Tokens) -> Kept:
    """In the place of what the user has there, whose id stays. Raises StoreUnavailable."""
    connections = kit.stored.connections
    for _ in range(TRIES):
        before = await connections.find(provider, user)
        fresh = _fresh(kit.now(), before, provider, user, given)
        fresh = msgspec.structs.replace(fresh, sealed=await dealings.seal(kit, given, fresh))
        done = await (connections.add(fresh) if before is None else connections.replace(fresh, before.version))
        if done:
            dealings.changed(kit, fresh)
            return Kept(fresh, before is None)
    raise StoreUnavailable("this connection is being changed all the time")


async def remove(kit: Kit, dealings: Dealings, connection: Connection, call: Call) -> None:
    """Gives the tokens back where that is possible, and forgets them in any case. Raises StoreUnavailable."""
    revoked = await dealings.revoke(kit, connection)
    await kit.stored.connections.remove(connection.id)
    dealings.changed(kit, connection)
    gone = msgspec.structs.replace(connection, status="revoked", reason="")
    await tell(kit, call, gone, "removed", who=call.caller.id, revoked_at_provider=revoked)


async def end(kit: Kit, dealings: Dealings, connection: Connection, call: Call) -> Connection | None:
    """Ends it for its user, who sees that it was ended and may connect again; None where somebody was quicker.

    Raises StoreUnavailable.
    """
    ended = msgspec.structs.replace(
        connection,
        status="revoked",
        sealed=b"",
        version=connection.version + 1,
        expires_at=None,
        reason="ended by the operator",
        updated_at=kit.now(),
    )
    if not await kit.stored.connections.replace(ended, connection.version):
        return None
    dealings.changed(kit, ended)
    revoked = await dealings.revoke(kit, connection)
    await tell(kit, call, ended, "revoked", who=call.caller.id, revoked_at_provider=revoked)
    return ended


async def tell(kit: Kit, call: Call, connection: Connection, why: Why, *, who: str, **detail: object) -> None:
    """In the audit trail, and to whoever wants to know."""
    entry = Entry(
        at=kit.now(),
        who=who,
        action=f"connection.{why}",
        target=connection.id,
        address=call.caller.address,
        correlation_id=call.correlation_id,
        detail={"provider": connection.provider, "user": connection.user, "scopes": connection.scopes, **detail},
    )
    await kit.stored.audit.note(entry)
    await connection_changed(kit, connection, why)


def _fresh(now: float, before: Connection | None, provider: str, user: str, given: Tokens) -> Connection:
    return Connection(
        id=f"con_{secrets.token_hex(12)}" if before is None else before.id,
        provider=provider,
        user=user,
        status="active",
        scopes=given.scopes,
        version=1 if before is None else before.version + 1,
        expires_at=given.expires_at,
        created_at=now if before is None else before.created_at,
        updated_at=now,
    )
