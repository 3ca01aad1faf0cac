"""Pages of policies and plugins: served as endpoints are, with no vendor behind them."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from gateway.callers import believing
from gateway.contract import Call, Handler, Kit, Page, Reply, Stage
from gateway.declared import Operation
from gateway.errors import InvalidRequest, Violation
from gateway.web.entrance import Entrance, admitted
from gateway.web.generation import Endpoint

_ADMIN = "/admin/"


def page_endpoints(pages: Iterable[Page], kit: Kit, recognise: Stage) -> list[Endpoint]:
    """The pages as the edge serves them; `recognise` finds out who asks, where that has to be a caller."""
    return [_endpoint(page, page.build(kit), recognise) for page in pages]


def _endpoint(page: Page, handle: Handler, recognise: Stage) -> Endpoint:
    operation = Operation(
        integration="admin" if page.path.startswith(_ADMIN) else "gateway",
        name=page.path.removeprefix(_ADMIN).removeprefix("/"),
        method=page.method,
        route=page.path,
        upstream_method=page.method,
        upstream=page.path,
        base_url="",
    )
    names = tuple(segment[1:-1] for segment in page.path.split("/") if segment.startswith("{"))
    handler = handle if page.who == "anyone" else _with_payload(handle)  # where browsers send forms
    entrance = None
    if page.who == "caller":
        if recognise is not believing:
            entrance = Entrance(partial(recognise, forward=admitted), handler)
        handler = partial(recognise, forward=handler)
    return Endpoint(
        id=operation.id,
        operation=operation,
        handle=handler,
        entrance=entrance,
        names=names,
        fields=(),
        private=page.who != "admin",
    )


def _with_payload(handle: Handler) -> Handler:
    async def answered(call: Call) -> Reply:
        return await handle(msgspec.structs.replace(call, payload=_payload(call)))

    return answered


def _payload(call: Call) -> Any:
    if not call.body:
        return msgspec.UNSET
    assert isinstance(call.body, bytes)  # noqa: S101 - only endpoints that upload are given a stream
    try:
        return msgspec.json.decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(violations=[Violation(place="body", detail="this is no JSON")]) from error
