"""Circuits as an operator sees them, and his orders: forced open, forced closed, or left to themselves again."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal
from weakref import WeakValueDictionary

import msgspec

from gateway import Call, Handler, Kit, Page, Reply
from gateway.auditing import noted
from gateway.errors import NoSuchEndpoint
from gateway.pages import json_reply, ordered
from gateway_policies.breaker_core import Core
from gateway_policies.breaker_sharing import Company


class Ordered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of a circuit: a state, for how long, and why."""

    state: Literal["open", "closed", "auto"]
    seconds: Annotated[float, msgspec.Meta(gt=0, le=604_800)] = 600.0
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


def _listing(kit: Kit) -> Handler:
    async def listing(call: Call) -> Reply:
        company = _company(kit)
        unused = (name for name in company.declared if name not in company.circuits)
        found = [
            *(_told(core) for core in company.circuits.values()),
            *({"name": name, "state": "closed"} for name in unused),
        ]
        return json_reply({"breakers": sorted(found, key=lambda one: str(one["name"]))})

    return listing


def _ordering(kit: Kit) -> Handler:
    async def ordering(call: Call) -> Reply:
        name, company = call.path["name"], _company(kit)
        if name.partition("/")[0] not in company.declared:
            raise NoSuchEndpoint(f"there is no circuit `{name}`")
        order = ordered(call, Ordered)
        await company.order(name, order.state, order.seconds, order.reason)
        done = "breaker.reset" if order.state == "auto" else "breaker.forced"
        known = {"state": order.state, "seconds": order.seconds, "reason": order.reason}
        await noted(
            kit.stored.audit,
            done,
            name,
            who=call.caller.id,
            address=call.caller.address,
            correlation_id=call.correlation_id,
            **known,
        )
        core = company.circuits.get(name)
        return json_reply({"name": name, "ordered": order.state} if core is None else _told(core))

    return ordering


def _company(kit: Kit) -> Company:
    return kit.keep(("breaker-company",), lambda: Company(kit, WeakValueDictionary()))


def _told(core: Core) -> dict[str, Any]:
    order = core.standing()
    ordered = (
        None if order is None else {"state": order.state, "seconds": round(core.left(order), 3), "reason": order.reason}
    )
    return {
        "name": core.name,
        "state": core.state,
        "retry_after": round(core.retry_after(), 3),
        "ordered": ordered,
        "changes": list(_changes(core)),
    }


def _changes(core: Core) -> Iterable[dict[str, Any]]:
    return ({"state": state, "seconds_ago": round(core.clock() - at, 3)} for at, state in core.changes)


PAGES = (
    Page(method="GET", path="/admin/breakers", summary="Every circuit, and what became of it.", build=_listing),
    Page(
        method="POST",
        path="/admin/breakers/{name}",
        summary="Holds a circuit open or closed for a while, or leaves it to itself.",
        build=_ordering,
    ),
)
