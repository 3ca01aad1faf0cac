"""The stage that finds out who asks, before anything is spent on him."""

import msgspec

from gateway.callers.authenticating import Callers
from gateway.callers.presented import presented, user_of
from gateway.callers.scopes import WORDS
from gateway.contract import Call, Handler, Reply, Stage


def caller_stage(callers: Callers, endpoint: str | None, *, native: bool = False) -> Stage:
    """`endpoint` is what he needs a scope for; None where it is enough that he is known."""
    replace = msgspec.structs.replace

    async def caller(call: Call, forward: Handler) -> Reply:
        shown = presented(call.headers, native=native)
        who = await callers.identify(shown, call.caller.address, endpoint)
        call.trail.note("caller.known", caller=who.id)
        return await forward(replace(call, caller=who))

    return caller


async def believing(call: Call, forward: Handler) -> Reply:
    """Where nobody needs a key, on one's own machine: whoever asks may do anything, for whom he says."""
    replace = msgspec.structs.replace
    caller = replace(call.caller, user=user_of(call.headers), may=WORDS)
    return await forward(replace(call, caller=caller))
