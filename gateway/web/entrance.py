"""Who asks is found out before his body is read: a stranger is answered from his header fields alone.

What stands before an endpoint is bound in two parts where callers have to say who they are. A request without a body
passes both at once, and pays nothing.
"""

from collections.abc import Awaitable, Callable

import msgspec

from gateway.callers import believing
from gateway.contract import Call, Handler, Reply, Stage, Trail
from gateway.plan import Plan, bind

OBSERVED = "observed"
"""Where a plan has somebody who looks at every request: outside of all slots."""
_FIRST = frozenset({OBSERVED, "errors", "caller"})
_ONCE = frozenset({OBSERVED, "caller"})


class Admitted(Reply, frozen=True, kw_only=True):
    """In the place of the answer, which is still to come: the call, with its caller."""

    call: Call


async def admitted(call: Call) -> Reply:
    """Where the first part ends."""
    return Admitted(100, call=call)


class Entrance(msgspec.Struct, frozen=True):
    """`admit` answers strangers and ends in `admitted` for others, whose call goes on to `beyond` with its body."""

    admit: Handler
    beyond: Handler

    @classmethod
    def of(cls, plan: Plan, send: Handler) -> "Entrance | None":
        """None where nobody has to say who he is, and where a body is not read here at all."""
        if plan.operation.uploads or dict(plan.stages).get("caller", believing) is believing:
            return None
        first = tuple((slot, stage) for slot, stage in plan.stages if slot in _FIRST)
        rest = tuple((slot, stage) for slot, stage in plan.stages if slot not in _ONCE)
        replace = msgspec.structs.replace
        return cls(bind(replace(plan, stages=first), admitted), bind(replace(plan, stages=rest), send))

    async def __call__(self, call: Call, read: Callable[[], Awaitable[bytes]]) -> tuple[Call, Handler]:
        """The call as it goes on, and where to; of one that is refused `read` is never awaited."""
        met = await self.admit(call)
        if not isinstance(met, Admitted):
            return call, _saying(met)
        return msgspec.structs.replace(met.call, body=await read()), self.beyond


def observed(plan: Plan, observe: Callable[[Trail], None] | None) -> Plan:
    """The plan with `observe` before everything else, where there is anybody to observe."""
    if observe is None:
        return plan

    async def observing(call: Call, forward: Handler) -> Reply:
        observe(call.trail)
        return await forward(call)

    stage: Stage = observing
    return msgspec.structs.replace(plan, stages=((OBSERVED, stage), *plan.stages))


def _saying(reply: Reply) -> Handler:
    async def say(call: Call) -> Reply:
        return reply

    return say
