"""What every simulated vendor has: routes, a record of what came in, a script of faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import unquote

from tests.simulators.script import Match, Script, matches
from tests.simulators.wire import Answer, Request

# The arguments after the request are the segments that the route's placeholders stand for, percent-decoded.
Handler = Callable[..., Answer]


class RefusedError(Exception):
    """Raised inside a handler: the vendor says no, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Received(list[Request]):
    """Every request that came in, whatever was answered, in the order of arrival."""

    def to(self, match: Match) -> list[Request]:
        """Those that match, in the words of Script.next: "POST /call"."""
        return [request for request in self if matches(match, request)]


class Routes:
    """Method and path template to handler: `GET /assistant/{id}`; a placeholder is one segment."""

    def __init__(self, table: Mapping[str, Handler]) -> None:
        self._rows = tuple((*_compiled(route), handler) for route, handler in table.items())

    def find(self, request: Request) -> tuple[Handler, list[str]] | None:
        method = "GET" if request.method == "HEAD" else request.method
        for own, pattern, handler in self._rows:
            if own == method and (found := pattern.fullmatch(request.path)):
                return handler, [unquote(segment) for segment in found.groups()]
        return None


class Simulator(Protocol):
    """One vendor. `base_path` is what follows host and port in its base URL; routes are written in full."""

    name: str
    base_path: str
    routes: Routes
    script: Script
    received: Received

    def refusal(self, request: Request) -> Answer | None:
        """The vendor's answer to a missing or wrong credential; None when it is right."""
        ...

    def unknown(self, request: Request) -> Answer:
        """The vendor's answer to a method and path that it does not have."""
        ...


def respond(simulator: Simulator, request: Request) -> Answer:
    """What the vendor answers when nothing is scripted. The credential comes first, as it does at every vendor."""
    refusal = simulator.refusal(request)
    if refusal is not None:
        return refusal
    found = simulator.routes.find(request)
    if found is None:
        return simulator.unknown(request)
    handler, segments = found
    try:
        return handler(request, *segments)
    except RefusedError as exc:
        return exc.answer


def _compiled(route: str) -> tuple[str, re.Pattern[str]]:
    method, _, template = route.partition(" ")
    return method, re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(template)))
