"""The stage that finds out who asks, before anything is spent on him."""

from collections.abc import Collection

import msgspec

from gateway.callers.identity import Identity
from gateway.callers.presented import presented, user_of
from gateway.callers.scopes import WORDS
from gateway.contract import Call, Caller, Handler, Headers, Reply, Stage
from gateway.declared import Operation
from gateway.errors import ScopeMissing, Unauthenticated

NO_KEYS = "this config knows no keys, and nobody is let in here without one"


class Recognition:
    """The stages for one config; `identity` None is for one's own machine, where nobody has to say who he is."""

    def __init__(self, identity: Identity | None) -> None:
        self._identity = identity

    def at(self, operation: Operation) -> Stage | None:
        """None where nobody asks who it is."""
        if self._identity is not None:
            return caller_stage(self._identity, operation.id, native=operation.native)
        return believing if operation.user_bound else None

    def at_page(self) -> Stage:
        """For the gateway's own pages no scope over endpoints is needed."""
        return believing if self._identity is None else caller_stage(self._identity, None)

    async def admit(self, headers: Headers, address: str, words: Collection[str]) -> Caller:
        """Who it is. Raises Unauthenticated or ScopeMissing unless whoever brings these fields has one of the words."""
        if self._identity is None:
            raise Unauthenticated(NO_KEYS)
        who = await self._identity.identify(presented(headers), address, None)
        if not who.may.intersection(words):
            wanted = " or ".join(f"`{word}`" for word in sorted(words))
            raise ScopeMissing(f"the key `{who.id}` has no scope {wanted}")
        return who


def caller_stage(identity: Identity, endpoint: str | None, *, native: bool = False) -> Stage:
    """`endpoint` is what he needs a scope for; None where it is enough that he is known."""
    replace = msgspec.structs.replace

    async def caller(call: Call, forward: Handler) -> Reply:
        shown = presented(call.headers, native=native)
        try:
            who = await identity.identify(shown, call.caller.address, endpoint)
        except ScopeMissing:
            call.trail.note("caller.refused", reason="scope")
            raise
        except Unauthenticated:
            call.trail.note("caller.refused", reason="no-key" if shown is None else "wrong-key")
            raise
        call.trail.note("caller.known", caller=who.id)
        return await forward(replace(call, caller=who))

    return caller


async def believing(call: Call, forward: Handler) -> Reply:
    """Whoever asks may do anything, for whom he says."""
    replace = msgspec.structs.replace
    caller = replace(call.caller, user=user_of(call.headers), may=WORDS)
    return await forward(replace(call, caller=caller))
