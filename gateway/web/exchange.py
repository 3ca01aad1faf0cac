"""One request and its answer, from the first byte to the last, and what is known of both when they are through.

Every answer there is leaves through `respond`, so every answer carries a correlation id.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any

from gateway.contract import LEFT, Body, Call, Caller, Event, Finished, Headers, Reply, Trace, Trail, first
from gateway.declared import Operation
from gateway.errors import GatewayError, InternalError, MethodNotAllowed, ShuttingDown
from gateway.problems import problem_reply
from gateway.web.around import Around
from gateway.web.compression import without_suffix
from gateway.web.cors import cors_fields, preflight
from gateway.web.forwarded import client_address
from gateway.web.generation import Endpoint, Generation, allow_of
from gateway.web.intake import Head, Receive, Scope, Uploading, admit, correlation_of, parse_query, read_body, target_of
from gateway.web.outgoing import OWN, Outgoing, Send, at_vendor, respond, server_timing
from gateway.web.routing import Match
from gateway.web.watching import Watch

logger = logging.getLogger("gateway")

FIRST_ERROR = 400
KNOWN = "caller.known"
MAPPED = "errors.mapped"
CALLER = "gateway.caller"
"""The member of a scope that says who asks, where somebody in front of the edge has found out."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "_OTHER"
"""The method of a request that has one of its own making, as OpenTelemetry has it."""
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Exchange:
    """What is known of one request."""

    __slots__ = (
        "_address", "_answering", "_around", "_at_vendor", "_correlation", "_events", "_generation", "_headers",
        "_holds", "_operation", "_receive", "_scope", "_send", "_slug", "_stamped", "_started", "_status", "_trace",
    )  # fmt: skip

    def __init__(self, asgi: tuple[Scope, Receive, Send], generation: Generation, around: Around) -> None:
        self._scope, self._receive, self._send = asgi
        self._generation = generation
        self._around = around
        self._started = around.clock()
        self._operation: Operation | None = None
        self._events: Sequence[Event] = ()
        self._trace: Trace | None = None
        self._at_vendor = (0, 0.0)
        self._status = 0
        self._slug = ""
        self._holds = 0
        self._stamped = True
        self._headers: Headers = tuple(self._scope["headers"])
        self._correlation = correlation_of(self._headers)
        client = self._scope.get("client")
        self._address = client_address(client[0] if client else "", self._headers, generation.door.proxies)
        self._answering = False

    async def serve(self, *, draining: bool) -> None:
        """Answers. Raises only when an answer that has begun cannot be finished: the connection has to end then."""
        try:
            await self._route(draining=draining)
        except GatewayError as error:
            if self._answering:
                logger.warning("the answer of %s broke off: %s", self._correlation, error.slug)
                self._broke_off(error.slug)
                raise
            await self._refuse(error)
        except Exception:  # the one edge: whatever nobody foresaw becomes a problem, and a line in the log
            logger.exception("unforeseen failure of %s", self._correlation)
            if self._answering:
                self._broke_off(InternalError.slug)
                raise
            await self._refuse(InternalError())
        finally:
            if self._holds:
                self._around.room.give_back(self._holds)
            self._around.observing.add(self._finished())

    def _finished(self) -> Finished:
        """Without a status nobody was there any more to be answered."""
        events = self._events
        if not self._at_vendor[0]:  # also where it never came to an answer
            self._at_vendor = at_vendor(events)
        if not self._slug and self._status >= FIRST_ERROR:
            self._slug = next((str(event.detail["slug"]) for event in reversed(events) if event.name == MAPPED), "")
        return Finished(
            self._correlation,
            self._operation,
            method if (method := self._scope["method"]) in METHODS else OTHER,
            self._status or LEFT,
            self._slug,
            next((str(event.detail["caller"]) for event in events[:2] if event.name == KNOWN), ""),
            self._address,
            self._started,
            self._around.clock(),
            events,
            self._trace,
            *self._at_vendor,
            self._stamped,
        )

    def _broke_off(self, slug: str) -> None:
        self._slug = slug
        self._events = [*self._events, Event(self._around.clock(), "answer.broke_off", {"slug": slug})]

    async def _route(self, *, draining: bool) -> None:
        head = admit(self._scope, self._headers, self._generation.door)
        path = self._scope["raw_path"]
        # `OPTIONS *` asks about nothing in particular, CONNECT for a tunnel
        match = self._generation.table.match(self._scope["method"], path) if path[:1] == b"/" else Match(None)
        if match is None:
            self._scope["state"] = {"correlation_id": self._correlation}
            await self._site()
            self._slug = self._scope["state"].get("slug", "")
        elif draining:  # the site goes on telling that it is going
            await self._refuse(ShuttingDown(retry_after=1))
        elif match.endpoint is None:
            await self._without_endpoint(match)
        else:
            if head.led:
                head.check_goal(match.endpoint.operation)
            await self._endpoint(match.endpoint, match.values, head)

    async def _site(self) -> None:
        """Documents and pages are small and whole, so they can be packed; HEAD is answered as GET is."""
        if self._scope["method"] not in {"GET", "HEAD"}:
            await self._generation.site(self._scope, self._receive, self._of_site)
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
        self._operation = endpoint.operation
        self._trace = self._around.begin_trace(head.headers)
        trail = Trail(self._around.clock, self._trace)
        self._events = trail.events
        upload: Uploading | None = None
        body: Body = b""
        if head.length != 0:
            if endpoint.uploads:
                upload = Uploading(self._receive, self._generation.door.body_limit)
                body = upload.chunks()
            elif endpoint.entrance is None:
                body = await self._read(head)
        call, handle = self._call(endpoint, values, head, trail, body), endpoint.handle
        if head.length != 0 and endpoint.entrance is not None:
            call, handle = await endpoint.entrance(call, partial(self._read, head))
        watch = Watch(self._around.waiting, self._receive, trail, harmless=call.method in _HARMLESS, upload=upload)
        try:
            with watch:
                reply = await handle(call)
                if not isinstance(reply.body, bytes):
                    watch.always()
                await self._respond(
                    reply,
                    accept_encoding=first(head.headers, b"accept-encoding"),
                    private=endpoint.private,
                    fields=endpoint.fields,
                    timing=self._timing(),
                )
        except asyncio.CancelledError:
            if not watch.left:
                raise
            self._status = LEFT

    def _timing(self) -> bytes:
        self._at_vendor = at_vendor(self._events)
        return server_timing(self._around.clock() - self._started, self._at_vendor[1])

    def _call(self, endpoint: Endpoint, values: tuple[str, ...], head: Head, trail: Trail, body: Body) -> Call:
        operation, scope = endpoint.operation, self._scope
        return Call(
            endpoint=endpoint.id,
            method=operation.method,
            caller=scope.get(CALLER) or Caller(self._address, self._address),
            correlation_id=self._correlation,
            trail=trail,
            path={} if operation.native else dict(zip(endpoint.names, values, strict=True)),
            query=parse_query(scope["query_string"]),
            headers=without_suffix(head.headers),
            body=body,
            target=target_of(scope) if operation.native else "",
        )

    async def _read(self, head: Head) -> bytes:
        body = await read_body(self._receive, head, self._generation.door.body_limit, self._around.room)
        self._holds = len(body)
        return body

    async def _refuse(self, error: GatewayError) -> None:
        self._slug = error.slug
        reply = problem_reply(error, correlation_id=self._correlation, public_url=self._generation.public_url)
        await self._respond(reply)

    def _out(self, message: dict[str, Any]) -> Awaitable[None]:
        """Every answer leaves here, which is where it shows whether it has its correlation id."""
        if message["type"] == "http.response.start":
            self._stamped = b"x-correlation-id" in dict(message["headers"])
        return self._send(message)

    async def _respond(self, reply: Reply, *, fields: Headers = (), **known: Any) -> None:
        generation = self._generation
        if generation.door.origins:
            fields = (*fields, *cors_fields(self._headers, generation.door.origins))
        self._answering = True
        self._status = reply.status
        out = Outgoing(
            correlation_id=self._correlation,
            head=self._scope["method"] == "HEAD",
            fields=(*fields, *generation.fields),
            **known,
        )
        await respond(self._out, reply, out)

    async def _of_site(self, message: dict[str, Any]) -> None:
        """The site's answers carry a correlation id too."""
        self._answering = True
        if message["type"] == "http.response.start":
            self._status = message["status"]
            field = (b"x-correlation-id", self._correlation.encode())
            message["headers"] = [*message.get("headers", ()), field, *self._generation.fields]
        await self._out(message)
