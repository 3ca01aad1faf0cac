"""The outermost ASGI application: a request comes in here and its response goes out here.

Every answer there is leaves through `respond`, so every answer carries a correlation id. Generated endpoints are found
in the route table; every other path belongs to the site, a Litestar application (docs/adr/0003).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from gateway.contract import Call, Caller, Headers, Reply, Trail, first
from gateway.errors import GatewayError, InternalError, MethodNotAllowed, ShuttingDown
from gateway.overdue import Overdue
from gateway.problems import problem_reply
from gateway.web.compression import without_suffix
from gateway.web.forwarded import client_address
from gateway.web.generation import Endpoint, Generation, allow_of
from gateway.web.intake import Head, Receive, Scope, admit, correlation_of, parse_query, read_body, stream_body
from gateway.web.outgoing import Outgoing, Send, close_stream, respond, server_timing
from gateway.web.routing import Match
from gateway.web.watching import PATIENCE, Watch

logger = logging.getLogger("gateway")

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Edge:
    """Serves one generation at a time; `swap` puts the next one in its place between two requests.

    `busy` counts the requests inside; once it is `draining`, new ones are refused.
    """

    def __init__(self, generation: Generation, clock: Callable[[], float]) -> None:
        self.generation = generation
        self.draining = False
        self.busy = 0
        self._clock = clock
        self._waiting: Overdue[Watch] = Overdue(PATIENCE, Watch.begin)

    def swap(self, generation: Generation) -> Generation:
        """Requests that are inside the old generation, which is returned, finish there."""
        old, self.generation = self.generation, generation
        return old

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _refuse(scope, receive, send)
            return
        self.busy += 1
        try:
            await self._serve(scope, receive, send, self.generation)
        finally:
            self.busy -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send, generation: Generation) -> None:
        started = self._clock()
        headers: Headers = tuple(scope["headers"])
        correlation = correlation_of(headers)
        method: str = scope["method"]
        try:
            head = admit(scope, headers, generation.door)
            match = generation.table.match(method, scope["raw_path"])
            if match is not None and self.draining:  # health goes on telling that it is going
                raise ShuttingDown(retry_after=1)
            if match is None:
                scope["state"] = {"correlation_id": correlation}
                await generation.site(scope, receive, _stamped(send, correlation))
                return
            if match.endpoint is None:
                reply = self._without_endpoint(match, method)
            else:
                await self._endpoint(match, head, scope, receive, send, (correlation, started, generation))
                return
        except GatewayError as error:
            reply = problem_reply(error, correlation_id=correlation, public_url=generation.public_url)
        except Exception:  # the one edge: whatever nobody foresaw becomes a problem, and a line in the log
            logger.exception("unforeseen failure", extra={"correlation_id": correlation})
            reply = problem_reply(InternalError(), correlation_id=correlation, public_url=generation.public_url)
        await respond(send, reply, Outgoing(correlation_id=correlation, head=method == "HEAD"))

    def _without_endpoint(self, match: Match[Endpoint], method: str) -> Reply:
        allow = allow_of(match.allow)
        if method == "OPTIONS":
            return Reply(204, ((b"allow", allow),))
        raise MethodNotAllowed(headers=((b"allow", allow),))

    async def _endpoint(
        self,
        match: Match[Endpoint],
        head: Head,
        scope: Scope,
        receive: Receive,
        send: Send,
        context: tuple[str, float, Generation],
    ) -> None:
        correlation, started, generation = context
        endpoint = match.endpoint
        assert endpoint is not None  # noqa: S101 - the caller has looked
        trail = Trail(self._clock)
        call = await _call(endpoint, match.values, head, scope, receive, (correlation, trail, generation))
        watch = Watch(self._waiting, receive, trail, harmless=call.method in _HARMLESS)
        try:
            with watch:
                reply = await endpoint.handle(call)
                if not isinstance(reply.body, bytes):
                    watch.always()
                out = Outgoing(
                    correlation_id=correlation,
                    head=scope["method"] == "HEAD",
                    accept_encoding=first(head.headers, b"accept-encoding"),
                    private=endpoint.private,
                    fields=endpoint.fields,
                    timing=server_timing(trail, started, self._clock()),
                )
                await respond(send, reply, out)
        except asyncio.CancelledError:
            if not watch.left:
                raise


async def _call(
    endpoint: Endpoint,
    values: tuple[str, ...],
    head: Head,
    scope: Scope,
    receive: Receive,
    context: tuple[str, Trail, Generation],
) -> Call:
    correlation, trail, generation = context
    operation = endpoint.operation
    body = stream_body(receive) if operation.stream else await read_body(receive, head, generation.door.body_limit)
    client = scope.get("client")
    address = client_address(client[0] if client else "", head.headers, generation.door.proxies)
    return Call(
        endpoint=operation.id,
        method=operation.method,
        caller=Caller(address, address),
        correlation_id=correlation,
        trail=trail,
        path=dict(zip(endpoint.names, values, strict=True)) if not operation.native else {"*": "/".join(values)},
        query=parse_query(scope["query_string"]),
        headers=without_suffix(head.headers),
        body=body,
        target=_target(scope) if operation.native else "",
    )


def _target(scope: Scope) -> str:
    """Path and query as they stood on the wire: a native mount passes them on."""
    query: bytes = scope["query_string"]
    target: bytes = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
    return target.decode("latin-1")


def _stamped(send: Send, correlation: str) -> Send:
    """The site's answers carry a correlation id too."""
    field = (b"x-correlation-id", correlation.encode())

    async def stamped(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), field]
        await send(message)

    return stamped


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
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


__all__ = ["Edge", "close_stream"]
