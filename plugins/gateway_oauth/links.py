"""Links with which a user connects an account: minted for one user and one provider, good once and for ten minutes."""

import hashlib
import secrets

import msgspec

from gateway.contract import Caller, Kit

LIFE = 600.0
"""Seconds for which a link, and what begins with it, is good."""
ACT_AS, ADMIN = "act-as", "admin"
_LINK = "connect-link"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a link is for: whose account at which provider; `by` is the caller who asked for it."""

    provider: str
    user: str
    by: str
    return_to: str = ""


class Minted(msgspec.Struct, frozen=True, kw_only=True):
    """`url` holds the secret, which is kept nowhere; `expires_at` in seconds since 1970."""

    url: str
    expires_at: float


def acting_for(caller: Caller) -> str:
    """Whose connections a caller uses: those of the user whom he acts for, else his own."""
    return caller.user or caller.id


def may_act_for(caller: Caller, user: str) -> bool:
    return user == acting_for(caller) or not caller.may.isdisjoint({ACT_AS, ADMIN})


def may_see(caller: Caller, user: str) -> bool:
    """His own, or those of the user whom he acts for with this request; who runs the gateway sees all."""
    return user == acting_for(caller) or ADMIN in caller.may


async def mint(kit: Kit, link: Link) -> Minted:
    """Raises StoreUnavailable."""
    ticket, until = secrets.token_urlsafe(32), kit.now() + LIFE
    await kit.stored.tickets.put(_LINK, digest(ticket), msgspec.json.encode(link), until)
    return Minted(url=f"{kit.catalog().public_url}/connect/{ticket}", expires_at=until)


async def connect_link(kit: Kit, provider: str, user: str, by: str) -> str:
    """The address for a problem that tells a user to connect. Raises StoreUnavailable."""
    return (await mint(kit, Link(provider=provider, user=user, by=by))).url


async def is_good(kit: Kit, url: str) -> bool:
    """Whether nobody has used it, and there is time left. Raises StoreUnavailable."""
    return await read(kit, url.rpartition("/")[2]) is not None


async def read(kit: Kit, ticket: str) -> Link | None:
    """What a link is for, as long as it is good; looking does not use it up."""
    return _link(await kit.stored.tickets.read(_LINK, digest(ticket), kit.now()))


async def take(kit: Kit, ticket: str) -> Link | None:
    """The same, for whoever comes first; nobody after him is given anything."""
    return _link(await kit.stored.tickets.take(_LINK, digest(ticket), kit.now()))


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _link(payload: bytes | None) -> Link | None:
    return None if payload is None else msgspec.json.decode(payload, type=Link)
