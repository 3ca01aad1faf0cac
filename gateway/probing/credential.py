"""One harmless request that shows whether a vendor accepts the credential: a GET without parameters, sent once."""

import time
from collections.abc import Iterable
from typing import Literal

import msgspec

from gateway.contract import Call, Caller, Handler, Reply, Trail
from gateway.errors import ConnectionRequired, GatewayError, StoreUnavailable
from gateway.plan import Plan, bind
from gateway.upstream import Engine, sender

Outcome = Literal["accepted", "refused", "unknown", "users"]
"""`users`: each user has one of his own, so there is none to try."""

_ASKING = frozenset({"validate", "transform", "credential", "classify"})
"""The stages that make the request and judge the answer: none that waits, counts, keeps or repeats."""

_UNAUTHENTICATED = 401


class Answered(msgspec.Struct, frozen=True):
    """What a vendor made of the credential; `told` says what it answered, in words that hold nothing of its own."""

    outcome: Outcome
    told: str


def harmless(plans: Iterable[Plan]) -> Plan | None:
    """The first endpoint that only reads and needs nothing to be asked for."""
    return next((plan for plan in plans if _is_harmless(plan)), None)


def _is_harmless(plan: Plan) -> bool:
    operation = plan.operation
    reads = operation.method == operation.upstream_method == "GET"
    bare = "{" not in operation.route and operation.body is None
    needy = any(parameter.required for parameter in operation.parameters)
    return reads and bare and not (needy or operation.native or operation.stream or plan.stubbed)


async def ask(plan: Plan, engine: Engine) -> Answered:
    replies: list[Reply] = []

    async def watch(call: Call, forward: Handler) -> Reply:
        reply = await forward(call)
        replies.append(reply)
        return reply

    stages = []
    for slot, stage in plan.stages:
        if slot in _ASKING:
            stages.append((slot, stage))
        if slot == "credential":
            stages.append((slot, watch))
    handle = bind(
        msgspec.structs.replace(plan, stages=tuple(stages)),
        sender(plan.operation, engine, connect_timeout=plan.connect_timeout),
    )
    try:
        await handle(_call(plan))
    except (ConnectionRequired, StoreUnavailable) as error:
        return Answered("users", error.title)
    except GatewayError as error:
        if not replies:
            return Answered("unknown", f"got no answer: {error.detail or error.title}")
    return _judged(replies[0])


def _judged(reply: Reply) -> Answered:
    told = f"was answered with {reply.status}"
    if reply.verdict is None:
        return Answered("accepted", told)
    refused = reply.status == _UNAUTHENTICATED or reply.verdict.kind == "auth_failed"
    return Answered("refused" if refused else "unknown", told)


def _call(plan: Plan) -> Call:
    return Call(
        endpoint=plan.operation.id,
        method=plan.operation.method,
        caller=Caller("check"),
        correlation_id="check",
        trail=Trail(time.monotonic),
    )
