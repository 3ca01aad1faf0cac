"""One request and its answer, from the first byte to the last.

Every answer there is leaves through `respond`, so every answer carries a correlation id.
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
from gateway.web.cors import cors_fields, preflight
from gateway.web.forwarded import client_address
from gateway.web.generation import Endpoint, Generation, allow_of
from gateway.web.intake import Head, Receive, Scope, Uploading, admit, correlation_of, parse_query, read_body
from gateway.web.outgoing import OWN, Outgoing, Send, respond, server_timing
from gateway.web.routing import Match
from gateway.web.watching import Watch

logger = logging.getLogger("gateway")

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Exchange:
    """What is known of one request; `waiting` watches over those that take long."""

    __slots__ = (
        "_answering", "_clock", "_correlation", "_generation", "_headers", "_receive", "_scope", "_send", "_started",
        "_waiting",
    )  # fmt: skip

    def __init__(
        self,
        asgi: tuple[Scope, Receive, Send],
        generation: Generation,
        clock: Callable[[], float],
        waiting: Overdue[Watch],
    ) -> None:
        self._scope, self._receive, self._send = asgi
        self._generation = generation
        self._clock = clock
        self._waiting = waiting
        self._started = clock()
        self._headers: Headers = tuple(self._scope["headers"])
        self._correlation = correlation_of(self._headers)
        self._answering = False

    async def serve(self, *, draining: bool) -> None:
        """Answers. Raises only when an answer that has begun cannot be finished: the connection has to end then."""
        try:
            await self._route(draining=draining)
        except GatewayError as error:
            if self._answering:
                logger.warning("the answer of %s broke off: %s", self._correlation, error.slug)
                raise
            await self._refuse(error)
        except Exception:  # the one edge: whatever nobody foresaw becomes a problem, and a line in the log
            logger.exception("unforeseen failure of %s", self._correlation)
            if self._answering:
                raise
            await self._refuse(InternalError())

    async def _route(self, *, draining: bool) -> None:
        head = admit(self._scope, self._headers, self._generation.door)
        path = self._scope["raw_path"]
        # `OPTIONS *` asks about nothing in particular, CONNECT for a tunnel
        match = self._generation.table.match(self._scope["method"], path) if path[:1] == b"/" else Match(None)
        if match is None:
            self._scope["state"] = {"correlation_id": self._correlation}
            await self._site()
        elif draining:  # the site goes on telling that it is going
            await self._refuse(ShuttingDown(retry_after=1))
        elif match.endpoint is None:
            await self._without_endpoint(match)
        else:
            await self._endpoint(match.endpoint, match.values, head)

    async def _site(self) -> None:
        """Documents and pages are small and whole, so they can be packed; HEAD is answered as GET is."""
        if self._scope["method"] not in {"GET", "HEAD"}:
            await self._generation.site(self._scope, self._receive, self._stamped)
            return
        messages: list[dict[str, Any]] = []

        async def collect(message: dict[str, Any]) -> None:
            messages.append(message)

        await self._generation.site({**self._scope, "method": "GET"}, self._receive, collect)
        fields = tuple(field for field in messages[0]["headers"] if field[0] not in OWN)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        accept = first(self._headers, b"accept-encoding")
        await self._respond(Reply(messages[0]["status"], fields, body), accept_encoding=accept)

    async def _without_endpoint(self, match: Match[Endpoint]) -> None:
        allow = allow_of(match.allow)
        if self._scope["method"] != "OPTIONS":
            await self._refuse(MethodNotAllowed(headers=((b"allow", allow),)))
            return
        asked = preflight(self._headers, self._generation.door.origins, allow)
        await self._respond(Reply(204, ((b"allow", allow), *asked)))

    async def _endpoint(self, endpoint: Endpoint, values: tuple[str, ...], head: Head) -> None:
        trail = Trail(self._clock)
        streamed = endpoint.operation.uploads and head.length != 0
        upload = Uploading(self._receive, self._generation.door.body_limit) if streamed else None
        call = await self._call(endpoint, values, head, (trail, upload))
        watch = Watch(self._waiting, self._receive, trail, harmless=call.method in _HARMLESS, upload=upload)
        try:
            with watch:
                reply = await endpoint.handle(call)
                if not isinstance(reply.body, bytes):
                    watch.always()
                await self._respond(
                    reply,
                    accept_encoding=first(head.headers, b"accept-encoding"),
                    private=endpoint.private,
                    fields=endpoint.fields,
                    timing=server_timing(trail, self._started, self._clock()),
                )
        except asyncio.CancelledError:
            if not watch.left:
                raise

    async def _call(
        self, endpoint: Endpoint, values: tuple[str, ...], head: Head, made: tuple[Trail, Uploading | None]
    ) -> Call:
        trail, upload = made
        operation, door, scope = endpoint.operation, self._generation.door, self._scope
        body = upload.chunks() if upload else await read_body(self._receive, head, door.body_limit)
        client = scope.get("client")
        address = client_address(client[0] if client else "", head.headers, door.proxies)
        return Call(
            endpoint=operation.id,
            method=operation.method,
            caller=Caller(address, address),
            correlation_id=self._correlation,
            trail=trail,
            path={} if operation.native else dict(zip(endpoint.names, values, strict=True)),
            query=parse_query(scope["query_string"]),
            headers=without_suffix(head.headers),
            body=body,
            target=_target(scope) if operation.native else "",
        )

    async def _refuse(self, error: GatewayError) -> None:
        reply = problem_reply(error, correlation_id=self._correlation, public_url=self._generation.public_url)
        await self._respond(reply)

    async def _respond(self, reply: Reply, *, fields: Headers = (), **known: Any) -> None:
        generation = self._generation
        if generation.door.origins:
            fields = (*fields, *cors_fields(self._headers, generation.door.origins))
        self._answering = True
        out = Outgoing(
            correlation_id=self._correlation,
            head=self._scope["method"] == "HEAD",
            fields=(*fields, *generation.fields),
            **known,
        )
        await respond(self._send, reply, out)

    async def _stamped(self, message: dict[str, Any]) -> None:
        """The site's answers carry a correlation id too."""
        self._answering = True
        if message["type"] == "http.response.start":
            field = (b"x-correlation-id", self._correlation.encode())
            message["headers"] = [*message.get("headers", ()), field, *self._generation.fields]
        await self._send(message)


def _target(scope: Scope) -> str:
    """Path and query as they stood on the wire: a native mount passes them on."""
    query: bytes = scope["query_string"]
    target: bytes = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
    return target.decode("latin-1")
