"""Who asks most, who fails most and who is refused most, of all workers: GET /admin/callers?by=refused&most=20."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from gateway.contract import Call, Handler, Kit, Page, Reply
from gateway.observing.abuse import MOST, WHAT, Asker
from gateway.pages import asked, json_reply


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: Literal["requests", "errors", "refused", "signals"] = "requests"
    most: int = 50


def _callers(kit: Kit) -> Handler:
    async def callers(call: Call) -> Reply:
        wanted = asked(call, Asked)
        said = await kit.workers.gather(WHAT)
        found = joined(one for worker in said for one in msgspec.msgpack.decode(worker, type=list[Asker]))
        found.sort(key=lambda one: (getattr(one, wanted.by), one.requests), reverse=True)
        return json_reply({"callers": found[: max(0, min(wanted.most, MOST))]})

    return callers


def joined(askers: Iterable[Asker]) -> list[Asker]:
    """What several workers know of one caller is added up."""
    found: dict[tuple[str, str], Asker] = {}
    for one in askers:
        before = found.setdefault((one.caller, one.address), one)
        if before is not one:
            for name in ("requests", "errors", "refused", "signals"):
                setattr(before, name, getattr(before, name) + getattr(one, name))
            before.last = max(before.last, one.last)
    return list(found.values())


CALLERS = Page(
    method="GET", path="/admin/callers", summary="Who asks most, fails most, is refused most", build=_callers
)
