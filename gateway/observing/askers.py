"""Who asks most, who fails most and who is refused most, of all workers: GET /admin/callers?by=refused&most=20."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from gateway.contract import Call, Handler, Kit, Page, Reply
from gateway.errors import InvalidRequest, Violation
from gateway.observing.abuse import MOST, WHAT, Asker

_JSON = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: Literal["requests", "errors", "refused", "signals"] = "requests"
    most: int = 50


def _callers(kit: Kit) -> Handler:
    async def callers(call: Call) -> Reply:
        try:
            asked = msgspec.convert(dict(call.query), type=Asked, strict=False)
        except msgspec.ValidationError as wrong:
            raise InvalidRequest(violations=[Violation("query", str(wrong))]) from None
        said = await kit.workers.gather(WHAT)
        found = joined(one for worker in said for one in msgspec.msgpack.decode(worker, type=list[Asker]))
        found.sort(key=lambda one: (getattr(one, asked.by), one.requests), reverse=True)
        return Reply(200, _JSON, msgspec.json.encode({"callers": found[: max(0, min(asked.most, MOST))]}))

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
