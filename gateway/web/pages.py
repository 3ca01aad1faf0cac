"""Pages of policies and plugins on the admin listener: served as endpoints are, with no vendor behind them."""

from typing import Any

import msgspec

from gateway.contract import Call, Handler, Page, Reply
from gateway.declared import Operation
from gateway.errors import InvalidRequest, Violation
from gateway.web.generation import Endpoint


def page_endpoint(page: Page, handle: Handler) -> Endpoint:
    """The page as the edge serves it; its handler is given the payload."""
    operation = Operation(
        integration="admin",
        name=page.path.removeprefix("/admin/"),
        method=page.method,
        route=page.path,
        upstream_method=page.method,
        upstream=page.path,
        base_url="",
    )
    names = tuple(segment[1:-1] for segment in page.path.split("/") if segment.startswith("{"))
    return Endpoint(operation=operation, handle=_with_payload(handle), names=names, fields=(), private=False)


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
