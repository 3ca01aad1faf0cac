"""What all requests of an edge have in common, whatever is served."""

from collections.abc import Callable

import msgspec

from gateway.contract import Headers, Trace
from gateway.observing import Observing
from gateway.overdue import Overdue
from gateway.web.room import Room
from gateway.web.watching import Watch

BeginTrace = Callable[[Headers], Trace | None]
"""Finds or makes the place in a trace of the request with these fields; None where nothing is traced."""


def untraced(headers: Headers) -> None:
    """Nothing is traced."""


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting` watches over those that take long, `room` is for their bodies."""

    clock: Callable[[], float]
    waiting: Overdue[Watch]
    observing: Observing
    room: Room
    begin_trace: BeginTrace = untraced
