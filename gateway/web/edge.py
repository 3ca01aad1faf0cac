"""The outermost ASGI application: a request comes in here and its response goes out here.

Generated endpoints are found in the route table of the generation that serves; every other path belongs to its site, a
Litestar application (docs/adr/0003).
"""

from collections.abc import Callable
from typing import Any

from gateway.observing import Observing
from gateway.overdue import Overdue
from gateway.web.around import Around, BeginTrace, untraced
from gateway.web.exchange import Exchange
from gateway.web.generation import Generation
from gateway.web.intake import Receive, Scope
from gateway.web.outgoing import Send
from gateway.web.room import Room
from gateway.web.shedding import Gate
from gateway.web.turning_away import Refusal
from gateway.web.watching import PATIENCE, Watch

ALWAYS = frozenset({b"/livez", b"/readyz", b"/health"})
"""Whoever watches over the process has to hear of it most of all when it has too much to do."""


class Edge:
    """Serves one generation at a time; `swap` puts the next one in its place between two requests.

    `busy` counts the requests inside. Once it is `draining`, every connection is told to end after its answer; once it
    is `refusing`, new requests are refused. Where it `sheds`, more than the process can do is turned away: only a
    server's own loop can tell how late it is. `observing` is told of every request that has been answered.
    """

    def __init__(
        self,
        generation: Generation,
        clock: Callable[[], float],
        *,
        observing: Observing | None = None,
        begin_trace: BeginTrace = untraced,
        sheds: bool = False,
    ) -> None:
        self.generation = generation
        self.draining = False
        self.refusing = False
        self.busy = 0
        self._around = Around(
            clock=clock,
            waiting=Overdue(PATIENCE, Watch.begin),
            observing=observing or Observing(),
            room=Room(),
            begin_trace=begin_trace,
        )
        self._gate = Gate(clock) if sheds else None
        self._refusal = Refusal(generation)

    def swap(self, generation: Generation) -> Generation:
        """Requests that are inside the old generation, which is returned, finish there."""
        old, self.generation, self._refusal = self.generation, generation, Refusal(generation)
        return old

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _decline(scope, receive, send)
            return
        self.busy += 1
        if self.draining:
            send = _last_answer(send)
        try:
            if self._gate is not None and self._gate.turns_away(self.busy) and scope["raw_path"] not in ALWAYS:
                await self._refusal.send(scope, send, self._around.observing, self._around.clock())
                return
            exchange = Exchange((scope, receive, send), self.generation, self._around)
            await exchange.serve(draining=self.refusing)
        finally:
            self.busy -= 1


def _last_answer(send: Send) -> Send:
    """Whoever keeps the connection would send its next request into a process that ends."""

    async def closing(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing


async def _decline(scope: Scope, receive: Receive, send: Send) -> None:
    """There are no web sockets here; and life and death of the process are the server's business."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1003})
    elif scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
