"""Makes spans of a request that is over, with the times that were noted while it went on (OpenTelemetry's conventions).

The address that was asked and the vendor's are told by their templates: what stands in their place is the caller's.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event as SpanEvent
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from gateway.contract import Event, Finished
from gateway.declared import Operation
from gateway.tracing.exporting import Kept
from gateway.tracing.sampling import Asked, Traced
from gateway.tracing.telling import Value, attempts, details, others, outcomes, where

MOST_EVENTS = 128
"""Events of one span; of more it is told how many there were."""
SCHEMA = "https://opentelemetry.io/schemas/1.43.0"
_REFUSED, _FAILED = 400, 500
_USUAL = {"http": 80, "https": 443}
_WELL = Status(StatusCode.UNSET)
_WRONG = Status(StatusCode.ERROR)


class One(Resource):
    """The only resource that there is: exporters group spans by theirs, and its usual hash writes JSON each time."""

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class Spans:
    """`public_url` is where callers find the gateway, `fresh` makes the id of a span."""

    def __init__(
        self, resource: Mapping[str, str], version: str, public_url: Callable[[], str], fresh: Callable[[], int]
    ) -> None:
        self._resource = One(resource, SCHEMA)
        self._scope = InstrumentationScope("gateway", version, SCHEMA)
        self._public_url = public_url
        self._fresh = fresh

    def of(self, kept: Kept) -> Iterator[ReadableSpan]:
        """The request first; then what was done for it, each below it."""
        parent = None
        finished = kept.finished
        if finished is not None:
            parent = self._context(kept.trace, kept.trace.span)
            yield self._server(kept, finished, parent)
            for sent, end in attempts(finished.events):
                yield self._attempt(kept, finished, parent, sent, end)
        for asked in kept.asked:
            yield self._asked(kept, asked, parent)

    def _server(self, kept: Kept, finished: Finished, context: SpanContext) -> ReadableSpan:
        trace, operation, status = kept.trace, finished.operation, finished.status
        events = [
            SpanEvent(event.name, details(event), _time(event.at, kept.offset)) for event in others(finished.events)
        ]
        attributes: dict[str, Value] = {
            "http.request.method": finished.method,
            "http.response.status_code": status,
            "gateway.correlation_id": finished.correlation_id,
            **_address(self._public_url(), "url.scheme"),
            **_declared(operation),
            **dict(outcomes(finished.events)),
        }
        if finished.address:
            attributes["client.address"] = finished.address
        if status >= _FAILED:
            attributes["error.type"] = finished.slug or str(status)
        elif finished.slug:
            attributes["gateway.problem"] = finished.slug
        return self._span(
            finished.method if operation is None else f"{finished.method} {operation.route}",
            context,
            SpanKind.SERVER,
            (finished.began, finished.ended, kept.offset),
            attributes,
            parent=self._context(trace, trace.parent, remote=True) if trace.parent else None,
            events=BoundedList.from_seq(MOST_EVENTS, events),
            status=_WRONG if status >= _FAILED else _WELL,
        )

    def _attempt(
        self, kept: Kept, finished: Finished, parent: SpanContext, sent: Event, end: Event | None
    ) -> ReadableSpan:
        """An attempt that has no end yet, which a refresh aside may be, is told as long as it is known."""
        method, operation = str(sent.detail["method"]), finished.operation
        attributes: dict[str, Value] = {"http.request.method": method}
        if operation is not None:
            attributes.update(_address(operation.base_url))
            attributes["url.template"] = operation.upstream
        if (number := where(sent.detail, "attempt")) > 1:
            attributes["http.request.resend_count"] = number - 1
        wrong = _ended(end, attributes) if end is not None else False
        return self._span(
            method if operation is None else f"{method} {operation.upstream}",
            self._context(kept.trace, int(str(sent.detail["span"]), 16)),
            SpanKind.CLIENT,
            (sent.at, max(sent.at, finished.ended) if end is None else end.at, kept.offset),
            attributes,
            parent=parent,
            status=_WRONG if wrong else _WELL,
        )

    def _asked(self, kept: Kept, asked: Asked, parent: SpanContext | None) -> ReadableSpan:
        own = kept.trace.span if parent is None else self._fresh()
        attributes: dict[str, Value] = {"db.system.name": asked.system, "db.operation.name": asked.operation}
        known: dict[str, Value] = {
            "db.collection.name": asked.collection,
            "db.namespace": asked.namespace,
            "server.address": asked.host,
            "server.port": asked.port,
            "error.type": asked.failure,
        }
        attributes.update({name: value for name, value in known.items() if value})
        return self._span(
            f"{asked.operation} {asked.collection or asked.system}",
            self._context(kept.trace, own),
            SpanKind.CLIENT,
            (asked.began, asked.ended, kept.offset),
            attributes,
            parent=parent,
            status=_WRONG if asked.failure else _WELL,
        )

    def _context(self, trace: Traced, span: int, *, remote: bool = False) -> SpanContext:
        state = TraceState.from_header([trace.state.decode()]) if trace.state else None
        return SpanContext(trace.trace, span, remote, TraceFlags(int(trace.sampled)), state)

    def _span(
        self,
        name: str,
        context: SpanContext,
        kind: SpanKind,
        times: tuple[float, float, float],
        attributes: Mapping[str, Value],
        *,
        parent: SpanContext | None,
        status: Status,
        events: "BoundedList[SpanEvent] | tuple[()]" = (),
    ) -> ReadableSpan:
        began, ended, offset = times
        return ReadableSpan(
            name,
            context,
            parent,
            self._resource,
            attributes,
            events,
            kind=kind,
            status=status,
            start_time=_time(began, offset),
            end_time=_time(ended, offset),
            instrumentation_scope=self._scope,
        )


def _time(at: float, offset: float) -> int:
    """Nanoseconds since 1970; each is rounded for itself, since their sum has no room for them."""
    return int(at * 1e9) + int(offset * 1e9)


def _declared(operation: Operation | None) -> dict[str, Value]:
    if operation is None:
        return {}
    found: dict[str, Value] = {
        "http.route": operation.route,
        "gateway.integration": operation.integration,
        "gateway.endpoint": operation.name,
    }
    if "{" not in operation.route:
        found["url.path"] = operation.route
    return found


@lru_cache(maxsize=256)
def _address(url: str, scheme: str = "") -> Mapping[str, Value]:
    """Host and port; and under the name `scheme`, if it has one, how they are spoken to."""
    parts = urlsplit(url)
    found: dict[str, Value] = {
        "server.address": parts.hostname or "",
        "server.port": parts.port or _USUAL[parts.scheme],
    }
    return {scheme: parts.scheme, **found} if scheme else found


def _ended(end: Event, attributes: dict[str, Value]) -> bool:
    """Notes how an attempt ended; tells whether that was wrong."""
    status = where(end.detail, "status")
    if status:
        attributes["http.response.status_code"] = status
        if status >= _REFUSED:
            attributes["error.type"] = str(status)
        return status >= _REFUSED
    attributes["error.type"] = str(end.detail.get("failure") or end.detail.get("slug") or "_OTHER")
    return True
