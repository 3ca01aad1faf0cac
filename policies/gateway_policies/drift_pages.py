"""What has changed in the answers of vendors, as all workers have seen it: GET /admin/drift."""

from collections.abc import Iterable

import msgspec

from gateway import Call, Handler, Kit, Page, Reply
from gateway.pages import json_reply
from gateway_policies.drift import WHAT, Drift, Seen


def _differences(kit: Kit) -> Handler:
    async def differences(_: Call) -> Reply:
        kit.keep((WHAT,), lambda: Drift(kit))
        said = await kit.workers.gather(WHAT)
        found = joined(seen for worker in said for seen in msgspec.msgpack.decode(worker, type=list[Seen]))
        return json_reply({"drift": found})

    return differences


def joined(seen: Iterable[Seen]) -> list[Seen]:
    """What several workers have seen is one difference; harmless ones come last."""
    found: dict[tuple[str, ...], Seen] = {}
    for one in seen:
        key = one.endpoint, one.kind, one.path, one.declared, one.found
        before = found.setdefault(key, one)
        if before is not one:
            before.answers += one.answers
            before.first, before.last = min(before.first, one.first), max(before.last, one.last)
    return sorted(found.values(), key=lambda one: (one.kind == "added", one.endpoint, one.path, one.kind))


PAGES = (Page(method="GET", path="/admin/drift", summary="How answers differ from their schemas", build=_differences),)
