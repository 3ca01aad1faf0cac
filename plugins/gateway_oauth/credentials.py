"""The stages that send a token: the user's own, one that he left here, or one of the gateway's.

A vendor who refuses a token has not acted on the call, so it is sent once more with a new one. Nothing of this is the
vendor's fault, and no breaker hears of it.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from gateway.contract import Call, Credential, Handler, Headers, Kit, Reply, Site, Stage
from gateway_oauth.access import NeedsUser
from gateway_oauth.held import Held, Key
from gateway_oauth.links import acting_for
from gateway_oauth.manager import manager_of
from gateway_oauth.own import client_credentials, exchanged, service_account
from gateway_oauth.requiring import required_of
from gateway_oauth.scopes import missing
from gateway_oauth.settings import (
    ClientCredentials,
    OAuth,
    ServiceAccount,
    Stored,
    TokenExchange,
)
from gateway_oauth.shown import STORED

_UNAUTHORIZED = 401
_AUTHORIZATION = b"authorization"

Get = Callable[[Call], Awaitable[Held]]


class Source(Protocol):
    """Where tokens of one kind come from; the manager, or what keeps the gateway's own."""

    def fresh(self, key: Key) -> Held | None: ...
    async def get(self, key: Key) -> Held: ...
    async def renewed(self, key: Key, refused: Held) -> Held | None: ...


def oauth(settings: OAuth, site: Site, kit: Kit) -> Stage:
    manager, required = manager_of(kit), required_of(kit)
    provider, needed = settings.provider, site.operation.scopes
    fixed = None if settings.token is None or not settings.token else b"Bearer " + settings.token.encode("ascii")

    async def credential(call: Call, forward: Handler) -> Reply:
        if fixed is not None and call.caller.user is None:
            return await forward(_with(call, _AUTHORIZATION, fixed))
        user = acting_for(call.caller)
        key = (provider, user)
        try:
            held = manager.fresh(key) or await manager.get(key)
            _check_granted(needed, held)
            return await _sent(call, forward, manager, key, held)
        except NeedsUser as error:
            call.trail.note("credential.needs_user", provider=provider, reason=error.reason)
            raise await required.error(provider, user, call.caller.id, error.reason) from error

    return credential


def stored(settings: Stored, site: Site, kit: Kit) -> Stage:
    manager, required = manager_of(kit), required_of(kit)
    provider, name, before = STORED + site.integration, settings.header.lower().encode(), settings.before.encode()

    async def credential(call: Call, forward: Handler) -> Reply:
        user = acting_for(call.caller)
        key = (provider, user)
        try:
            held = manager.fresh(key) or await manager.get(key)
        except NeedsUser as error:
            raise await required.error(provider, user, call.caller.id, error.reason) from error
        return await forward(_with(call, name, before + held.access))

    return credential


def own(settings: ClientCredentials | ServiceAccount, site: Site, kit: Kit) -> Stage:
    """Raises ValueError where a key makes no sense."""
    made = client_credentials if isinstance(settings, ClientCredentials) else service_account
    source, key = made(settings, kit)  # type: ignore[arg-type]  # each is given its own settings

    async def credential(call: Call, forward: Handler) -> Reply:
        held = source.fresh(key) or await source.get(key)
        return await _sent(call, forward, source, key, held)

    return credential


def exchange(settings: TokenExchange, site: Site, kit: Kit) -> Stage:
    source, key_of = exchanged(settings, kit)

    async def credential(call: Call, forward: Handler) -> Reply:
        key = key_of(call)
        held = source.fresh(key) or await source.get(key)
        return await _sent(call, forward, source, key, held)

    return credential


def _check_granted(needed: tuple[str, ...], held: Held) -> None:
    """Raises NeedsUser where the vendor would refuse: the user did not grant all that he was asked for."""
    if needed and held.granted and (lacking := missing(needed, held.granted)):
        raise NeedsUser(f"`{lacking[0]}` was not granted")


async def _sent(call: Call, forward: Handler, source: Source, key: Key, held: Held) -> Reply:
    """Raises NeedsUser where the vendor's refusal has shown that the grant is over."""
    reply = await forward(_with(call, _AUTHORIZATION, b"Bearer " + held.access))
    if reply.status != _UNAUTHORIZED or not isinstance(call.body, bytes):
        return reply
    better = await source.renewed(key, held)
    if better is None:
        return reply
    if not isinstance(reply.body, bytes):
        await reply.body.aclose()  # type: ignore[attr-defined]  # of a stream whoever abandons it closes it
    call.trail.note("credential.renewed", provider=key[0])
    return await forward(_with(call, _AUTHORIZATION, b"Bearer " + better.access))


def _with(call: Call, name: bytes, value: bytes) -> Call:
    headers: Headers = (*[field for field in call.headers if field[0] != name], (name, value))
    return msgspec.structs.replace(call, headers=headers)


CREDENTIALS: tuple[Credential, ...] = (
    Credential(settings=OAuth, build=oauth, user_bound=True, stores=True),
    Credential(settings=Stored, build=stored, user_bound=True, stores=True),
    Credential(settings=ClientCredentials, build=own),
    Credential(settings=ServiceAccount, build=own),
    Credential(settings=TokenExchange, build=exchange, user_bound=True),
)
