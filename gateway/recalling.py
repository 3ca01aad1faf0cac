"""What became of a request, for the people who run the gateway: the last ones of all workers, a sentence for each step.

GET /admin/requests?endpoint=crm.list_contacts&caller=…&slug=circuit-open&failed=true&most=50
GET /admin/requests/{correlation_id}
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.contract import Call, Handler, Kit, Page, Reply
from gateway.errors import NoSuchEndpoint
from gateway.explaining.endings import ending
from gateway.explaining.events import sentence, stage_of
from gateway.observing.askers import CALLERS
from gateway.observing.ring import LISTED, REQUEST, REQUESTS, Asked, Kept
from gateway.pages import asked, json_reply

LONGEST = 128
"""Characters of a correlation id."""


def _listing(kit: Kit) -> Handler:
    async def listing(call: Call) -> Reply:
        wanted = asked(call, Asked)
        said = await kit.workers.gather(REQUESTS, msgspec.json.encode(wanted).decode())
        found = [one for worker in said for one in msgspec.msgpack.decode(worker, type=list[Kept])]
        found.sort(key=lambda one: one.at, reverse=True)
        return json_reply({"requests": [_line(one) for one in found[: min(wanted.most, LISTED)]]})

    return listing


def _one(kit: Kit) -> Handler:
    async def one(call: Call) -> Reply:
        correlation_id = call.path["correlation_id"][:LONGEST]
        said = await kit.workers.gather(REQUEST, correlation_id)
        found = [kept for worker in said for kept in msgspec.msgpack.decode(worker, type=list[Kept])]
        if not found:
            raise NoSuchEndpoint(f"no request `{correlation_id}` is remembered: too long ago, or at another gateway")
        found.sort(key=lambda kept: kept.at)
        return json_reply({"correlation_id": correlation_id, "requests": [_whole(kept) for kept in found]})

    return one


def _line(one: Kept) -> dict[str, Any]:
    return {
        "correlation_id": one.correlation_id,
        "time": datetime.fromtimestamp(one.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "method": one.method,
        "endpoint": f"{one.integration}.{one.endpoint}" if one.integration else None,
        "route": one.route or None,
        "status": one.status,
        "slug": one.slug or None,
        "caller": one.caller or None,
        "attempts": one.attempts,
        "duration_ms": round(one.seconds * 1000, 1),
        "upstream_ms": round(one.upstream * 1000, 1),
        "trace_id": one.trace_id or None,
    }


def _whole(one: Kept) -> dict[str, Any]:
    steps = [
        {
            "after_ms": round((event.at - one.began) * 1000, 1),
            "stage": stage_of(event),
            "event": event.name,
            "detail": event.detail,
            "told": sentence(event),
        }
        for event in one.events
    ]
    return {**_line(one), "steps": steps, "ending": ending(one.status, one.slug, one.seconds, one.events)}


RECALLED = (
    Page(method="GET", path="/admin/requests", summary="The last requests, and those that failed", build=_listing),
    Page(method="GET", path="/admin/requests/{correlation_id}", summary="One request, step by step", build=_one),
    CALLERS,
)
