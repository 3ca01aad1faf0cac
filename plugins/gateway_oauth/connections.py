"""What callers may ask and order of the connections of their users."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.callers.naming import user_named
from gateway.contract import Call, Catalog, Handler, Kit, Page, Reply
from gateway.errors import ForeignOrigin, InvalidRequest, NoSuchConnection, ScopeMissing, Violation
from gateway.pages import json_reply
from gateway.stored import Connection
from gateway_oauth import documents, links
from gateway_oauth.keeping import Dealings, keep_secret, remove
from gateway_oauth.links import Link, acting_for, may_act_for, may_see
from gateway_oauth.reading import USER, body_of, listing_of, without_query
from gateway_oauth.returning import LONGEST, may_return
from gateway_oauth.scopes import OAUTH, kind_of
from gateway_oauth.shown import STORED, provider_of, shown, written

Method = Literal["GET", "POST", "PUT", "DELETE"]
Work = Callable[[Kit, Call], Awaitable[Reply]]
Build = Callable[[Kit], Handler]
Name = Annotated[str, Meta(min_length=1, max_length=255)]


class LinkWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either an integration or a provider."""

    integration: Name | UnsetType = UNSET
    provider: Name | UnsetType = UNSET
    user: Annotated[str, Meta(pattern=USER)] | UnsetType = UNSET
    return_to: Annotated[str, Meta(max_length=LONGEST)] = ""


class SecretGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    secret: Annotated[str, Meta(min_length=1, max_length=8192, pattern=r"^[!-~]([ -~]*[!-~])?$")]


async def make_link(kit: Kit, call: Call) -> Reply:
    wanted = body_of(call, LinkWanted)
    own = wanted.user is UNSET or wanted.user == call.caller.id
    user = acting_for(call.caller) if own else user_named(str(wanted.user))
    if not may_act_for(call.caller, user):
        raise ScopeMissing(f"the key `{call.caller.id}` may not act for another user: it has no scope `act-as`")
    catalog = kit.catalog()
    provider = _wanted_provider(wanted, catalog)
    if wanted.return_to and not may_return(wanted.return_to, catalog.return_to):
        raise ForeignOrigin("`return_to` is an address that `server.return_to` lists, or one below it")
    link = Link(provider=provider, user=user, by=call.caller.id, return_to=wanted.return_to)
    made = await links.mint(kit, link)
    return json_reply({"connect_url": made.url, "expires_at": written(made.expires_at)}, 201)


async def list_connections(kit: Kit, call: Call) -> Reply:
    asked = listing_of(call)
    user = asked.user or (
        None if links.ADMIN in call.caller.may and call.caller.user is None else acting_for(call.caller)
    )
    if user is not None and not may_see(call.caller, user):
        raise ScopeMissing(f"the key `{call.caller.id}` sees the connections of other users with the scope `admin`")
    found = await kit.stored.connections.every(
        user=user, provider=asked.provider, after=asked.after, most=asked.limit + 1
    )
    page = found[: asked.limit]
    more = page[-1].id if len(found) > asked.limit else None
    return json_reply({"connections": [_told(kit, one) for one in page], "next": more})


async def show_connection(kit: Kit, call: Call) -> Reply:
    return json_reply(_told(kit, await _found(kit, call)))


async def refresh_connection(dealings: Dealings, kit: Kit, call: Call) -> Reply:
    connection = await _found(kit, call)
    own = connection.provider.startswith(STORED)  # a secret that its user has left stays as it is
    return json_reply(_told(kit, connection if own else await dealings.refresh(kit, connection, call.caller.id)))


async def delete_connection(dealings: Dealings, kit: Kit, call: Call) -> Reply:
    await remove(kit, dealings, await _found(kit, call), call)
    return Reply(204, ((b"cache-control", b"no-store"),))


async def put_secret(dealings: Dealings, kit: Kit, call: Call) -> Reply:
    integration, user = call.path["id"], acting_for(call.caller)
    provider = provider_of(integration, kit.catalog())
    given = body_of(call, SecretGiven)
    if provider is None or not provider.startswith(STORED):
        raise NoSuchConnection(f"there is no integration `{integration}` that is asked with a user's own secret")
    kept = await keep_secret(kit, dealings, (provider, user), given.secret, call)
    return json_reply(_told(kit, kept.connection), 201 if kept.new else 200)


async def _found(kit: Kit, call: Call) -> Connection:
    """By its id; or by the name of an integration, and then the one that this caller uses there."""
    name = call.path["id"]
    provider = provider_of(name, kit.catalog())
    connections = kit.stored.connections
    found = await (connections.get(name) if provider is None else connections.find(provider, acting_for(call.caller)))
    if found is None or not may_see(call.caller, found.user):
        raise NoSuchConnection(f"there is no connection `{name}`")
    return found


def _wanted_provider(wanted: LinkWanted, catalog: Catalog) -> str:
    if (wanted.integration is UNSET) == (wanted.provider is UNSET):
        detail = "either `integration` or `provider`"
        raise InvalidRequest(violations=[Violation(place="body", detail=detail)])
    if wanted.provider is not UNSET:
        if wanted.provider not in catalog.providers:
            raise NoSuchConnection(f"there is no provider `{wanted.provider}`")
        return wanted.provider
    found = catalog.integrations.get(wanted.integration or "")
    if found is None or kind_of(found.credential) != OAUTH:
        raise NoSuchConnection(f"there is no integration `{wanted.integration}` that is asked with a user's consent")
    provider: str = found.credential.provider
    return provider


def _told(kit: Kit, connection: Connection) -> object:
    return shown(connection, kit.catalog(), kit.now())


def _checked(work: Work, *, lists: bool = False) -> Build:
    async def answered(kit: Kit, call: Call) -> Reply:
        if not lists:
            without_query(call)
        return await work(kit, call)

    return lambda kit: partial(answered, kit)


def connections_needed(catalog: Catalog) -> bool:
    return any(kind_of(item.credential) in {OAUTH, "stored"} for item in catalog.integrations.values())


def connection_pages(dealings: Dealings) -> tuple[Page, ...]:
    made: tuple[tuple[Method, str, Mapping[str, Any], Build], ...] = (
        ("POST", "/connect-links", documents.MAKE_LINK, _checked(make_link)),
        ("GET", "/connections", documents.LIST, _checked(list_connections, lists=True)),
        ("GET", "/connections/{id}", documents.SHOW, _checked(show_connection)),
        ("POST", "/connections/{id}/refresh", documents.REFRESH, _checked(partial(refresh_connection, dealings))),
        ("DELETE", "/connections/{id}", documents.DELETE, _checked(partial(delete_connection, dealings))),
        ("PUT", "/connections/{id}", documents.PUT_SECRET, _checked(partial(put_secret, dealings))),
    )
    return tuple(
        Page(
            method=method,
            path=path,
            summary=document["summary"],
            build=build,
            who="caller",
            document=document,
            needed=connections_needed,
        )
        for method, path, document, build in made
    )
