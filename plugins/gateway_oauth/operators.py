"""Connections as the people see them who run the gateway: all of them, and orders that ask nobody else."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from gateway.contract import Call, Handler, Kit, Page, Reply
from gateway.errors import NoSuchConnection, StoreUnavailable
from gateway.pages import json_reply
from gateway.stored import Connection
from gateway_oauth.keeping import Dealings, end
from gateway_oauth.reading import listing_of
from gateway_oauth.shown import STORED, shown

Order = Callable[[Kit, Call, Connection], Awaitable[Connection]]


async def list_all(kit: Kit, call: Call) -> Reply:
    asked = listing_of(call)
    found = await kit.stored.connections.every(
        user=asked.user, provider=asked.provider, after=asked.after, most=asked.limit + 1
    )
    page = found[: asked.limit]
    more = page[-1].id if len(found) > asked.limit else None
    return json_reply({"connections": [_told(kit, one) for one in page], "next": more})


def operator_pages(dealings: Dealings) -> tuple[Page, ...]:
    """Below /admin/: whoever comes so far is of this machine, or has shown a key that may."""

    async def refresh(kit: Kit, call: Call, connection: Connection) -> Connection:
        return await dealings.refresh(kit, connection, call.caller.id)

    async def test(kit: Kit, call: Call, connection: Connection) -> Connection:
        return await dealings.test(kit, connection, call.caller.id)

    async def revoke(kit: Kit, call: Call, connection: Connection) -> Connection:
        ended = await end(kit, dealings, connection, call)
        if ended is None:
            raise StoreUnavailable(f"`{connection.id}` is being changed at this moment", retry_after=1.0)
        return ended

    return (
        _page("GET", "", "List the connections of all users", list_all),
        _page("GET", "/{id}", "Show a connection", _ordered(_unchanged)),
        _page("POST", "/{id}/refresh", "Renew the token of a connection now", _ordered(_of_a_provider(refresh))),
        _page("POST", "/{id}/test", "Tell whether a connection works", _ordered(_of_a_provider(test))),
        _page("POST", "/{id}/revoke", "End a connection, for its user to connect again", _ordered(revoke)),
    )


async def _unchanged(_: Kit, __: Call, connection: Connection) -> Connection:
    return connection


def _of_a_provider(order: Order) -> Order:
    """A secret that a user has left stays as it is, and works as long as the vendor takes it."""

    async def ordered(kit: Kit, call: Call, connection: Connection) -> Connection:
        return connection if connection.provider.startswith(STORED) else await order(kit, call, connection)

    return ordered


def _ordered(order: Order) -> Callable[[Kit, Call], Awaitable[Reply]]:
    async def ordered(kit: Kit, call: Call) -> Reply:
        connection = await kit.stored.connections.get(call.path["id"])
        if connection is None:
            raise NoSuchConnection(f"there is no connection `{call.path['id']}`")
        return json_reply(_told(kit, await order(kit, call, connection)))

    return ordered


def _page(
    method: Literal["GET", "POST"], path: str, summary: str, work: Callable[[Kit, Call], Awaitable[Reply]]
) -> Page:
    def build(kit: Kit) -> Handler:
        return partial(work, kit)

    return Page(method=method, path=f"/admin/connections{path}", summary=summary, build=build)


def _told(kit: Kit, connection: Connection) -> object:
    return shown(connection, kit.catalog(), kit.now())
