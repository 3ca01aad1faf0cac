"""Begins a trace for each request, or goes on with the caller's, and decides which are recorded whatever happens."""

from contextvars import ContextVar
from random import getrandbits

import msgspec

from gateway.contract import Headers, Trace
from gateway.tracing.context import PARENT, SPAN, given


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question that the gateway asked its database or redis; `began` and `ended` are readings of Kit.clock.

    `collection` is the table, `namespace` the database, `failure` the kind of what went wrong.
    """

    system: str
    operation: str
    began: float
    ended: float
    collection: str = ""
    namespace: str = ""
    host: str = ""
    port: int = 0
    failure: str = ""


class Traced(Trace):
    """`asked` is what was asked of database and redis for this request, until it is `over`."""

    asked: list[Asked] | None = None
    over: bool = False


class Sampler:
    """`ratio` of all traces by their ids, so that every process that uses the same rule decides alike; where it
    `follows`, callers decide for theirs. `current` is kept for who `asks` a database or redis, if there is one.
    """

    def __init__(self, ratio: float, *, follows: bool) -> None:
        self.asks = False
        self._bound = round(ratio * (SPAN + 1))
        self._follows = follows
        self.current: ContextVar[Traced | None] = ContextVar("current trace", default=None)

    def begin(self, headers: Headers) -> Traced:
        """In the task of the request: what it asks of database and redis is found by that."""
        for name, _ in headers:
            if name == PARENT:
                trace = self._continued(headers)
                break
        else:
            drawn = getrandbits(192)  # as `root` does: a call less for every request
            trace = Traced(drawn >> 64, drawn & SPAN, 0, b"", (drawn >> 64) & SPAN < self._bound)
        if self.asks:
            self.current.set(trace)
        return trace

    def root(self) -> Traced:
        drawn = getrandbits(192)
        return Traced(drawn >> 64, drawn & SPAN, 0, b"", (drawn >> 64) & SPAN < self._bound)

    def _continued(self, headers: Headers) -> Traced:
        known = given(headers)
        if known is None:
            return self.root()
        sampled = known.sampled if self._follows else known.trace & SPAN < self._bound
        return Traced(known.trace, getrandbits(64), known.span, known.state, sampled)
