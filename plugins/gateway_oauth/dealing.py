"""Where the flow meets the tokens: a code becomes tokens, and their refusals become words for a user."""

from typing import Any

import msgspec

from gateway.contract import Kit
from gateway.errors import GatewayError
from gateway.stored import Connection
from gateway_oauth import endpoint, tokens
from gateway_oauth.access import NeedsUser
from gateway_oauth.answers import InvalidGrant, Refused, Transient
from gateway_oauth.flow import Code
from gateway_oauth.keeping import Dealings
from gateway_oauth.manager import manager_of
from gateway_oauth.refusals import refusal
from gateway_oauth.requiring import required_of
from gateway_oauth.tokens import Tokens


async def exchange(kit: Kit, settings: Any, code: Code) -> Tokens:
    """Where the provider says nothing of scopes, it has granted those that it was asked for (RFC 6749 5.1)."""
    try:
        found = await endpoint.exchange(
            kit, settings, code=code.code, verifier=code.verifier, redirect_uri=code.redirect_uri
        )
    except InvalidGrant as error:
        raise refusal("code") from error
    except Transient as error:
        raise refusal("down") from error
    except Refused as error:
        raise refusal("broken") from error
    return found if found.scopes else msgspec.structs.replace(found, scopes=code.scopes)


async def revoke(kit: Kit, connection: Connection) -> bool:
    """Gives the tokens back, where there are any and somebody who takes them."""
    settings = kit.catalog().providers.get(connection.provider)
    if settings is None or not connection.sealed:
        return False
    try:
        return await endpoint.revoke(kit, settings, await tokens.opened(kit, connection))
    except GatewayError:  # they do not open, or the vault is away: there is nothing to give back
        return False


async def refresh(kit: Kit, connection: Connection, by: str) -> Connection:
    """Now, whether it has to be or not. Raises ConnectionRequired, and whatever else a token can fail with."""
    try:
        return await manager_of(kit).force(connection)
    except NeedsUser as error:
        raise await required_of(kit).error(connection.provider, connection.user, by, error.reason) from error


async def test(kit: Kit, connection: Connection, by: str) -> Connection:
    """Whether a call could be made with it now. Raises as `refresh` does."""
    try:
        await manager_of(kit).get((connection.provider, connection.user))
    except NeedsUser as error:
        raise await required_of(kit).error(connection.provider, connection.user, by, error.reason) from error
    return await kit.stored.connections.get(connection.id) or connection


DEALINGS = Dealings(
    exchange=exchange,
    seal=tokens.sealed,
    refresh=refresh,
    test=test,
    revoke=revoke,
    secret=tokens.secret,
    changed=lambda kit, connection: manager_of(kit).changed(connection.provider, connection.user),
)
