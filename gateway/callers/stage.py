"""The stage that finds out who asks, before anything is spent on him."""

import msgspec

from gateway.callers.authenticating import Callers
from gateway.callers.presented import presented
from gateway.contract import Call, Handler, Reply, Stage
from gateway.declared import Operation


def caller_stage(callers: Callers, operation: Operation) -> Stage:
    endpoint, native, replace = operation.id, operation.native, msgspec.structs.replace

    async def caller(call: Call, forward: Handler) -> Reply:
        shown = presented(call.headers, native=native)
        who = await callers.identify(shown, call.caller.address, endpoint)
        call.trail.note("caller.known", caller=who.id)
        return await forward(replace(call, caller=who))

    return caller
