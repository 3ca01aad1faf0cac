"""What spans of one kind have in common, encoded by the SDK once: an endpoint has a handful of them.

Addresses are told by their templates: what stands in their place is the caller's.
"""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode

from gateway.tracing.telling import Value
from gateway.tracing.wire import field

SCHEMA = "https://opentelemetry.io/schemas/1.43.0"
MOST = 4096
"""Patterns that are kept: endpoints times their few outcomes."""
_FAILED = 500
_USUAL = {"http": 80, "https": 443}
_NOWHERE = SpanContext(1, 1, is_remote=False)
_ITS_OWN = ("trace_id", "span_id", "start_time_unix_nano", "end_time_unix_nano", "flags")


class Place(msgspec.Struct, frozen=True):
    """Of an operation what spans say: as its callers see it, and as its vendor does."""

    integration: str
    name: str
    route: str
    upstream: str
    base_url: str


class Envelope:
    """What stands around the spans of one sending: who tells of them."""

    def __init__(self, resource: Mapping[str, str], version: str) -> None:
        scope = InstrumentationScope("gateway", version, SCHEMA)
        message = encode_spans(
            [ReadableSpan("", _NOWHERE, resource=Resource(resource, SCHEMA), instrumentation_scope=scope)]
        )
        around = message.resource_spans[0]
        inner = around.scope_spans[0]
        inner.ClearField("spans")
        self._scope: bytes = inner.SerializeToString()
        around.ClearField("scope_spans")
        self._resource: bytes = around.SerializeToString()

    def around(self, spans: list[bytes]) -> bytes:
        """An ExportTraceServiceRequest."""
        inner = self._scope + b"".join([field(b"\x12", span) for span in spans])
        return field(b"\x0a", self._resource + field(b"\x12", inner))


@lru_cache(maxsize=MOST)
def request(
    asked: tuple[str, str, Place | None], status: int, slug: str, outcomes: tuple[tuple[str, str], ...]
) -> bytes:
    """Of what a caller `asked`: the gateway's address, the method, and the endpoint if there is one; `slug` is the
    problem that he was told.
    """
    public_url, method, place = asked
    attributes: dict[str, Value] = {
        "http.request.method": method,
        "http.response.status_code": status,
        "url.scheme": urlsplit(public_url).scheme,
        **_address(public_url),
        **({} if place is None else _declared(place)),
        **dict(outcomes),
    }
    if status >= _FAILED:
        attributes["error.type"] = slug or str(status)
    elif slug:
        attributes["gateway.problem"] = slug
    name = method if place is None else f"{method} {place.route}"
    return _pattern(name, SpanKind.SERVER, attributes, wrong=status >= _FAILED)


@lru_cache(maxsize=MOST)
def attempt(method: str, place: Place | None, number: int, status: int, error: str) -> bytes:
    """Of one attempt at the vendor's; `status` is 0 where he did not answer, `error` empty where all went well."""
    attributes: dict[str, Value] = {"http.request.method": method}
    if place is not None:
        attributes.update(_address(place.base_url))
        attributes["url.template"] = place.upstream
    if number > 1:
        attributes["http.request.resend_count"] = number - 1
    if status:
        attributes["http.response.status_code"] = status
    if error:
        attributes["error.type"] = error
    name = method if place is None else f"{method} {place.upstream}"
    return _pattern(name, SpanKind.CLIENT, attributes, wrong=bool(error))


@lru_cache(maxsize=MOST)
def question(system: str, operation: str, collection: str, where: tuple[str, str, int], failure: str) -> bytes:
    """Of what was asked of database or redis; `where` are the database's name, host and port, as far as known."""
    known: dict[str, Value] = {
        "db.system.name": system,
        "db.operation.name": operation,
        "db.collection.name": collection,
        "db.namespace": where[0],
        "server.address": where[1],
        "server.port": where[2],
        "error.type": failure,
    }
    attributes = {name: value for name, value in known.items() if value}
    return _pattern(f"{operation} {collection or system}", SpanKind.CLIENT, attributes, wrong=bool(failure))


def _pattern(name: str, kind: SpanKind, attributes: Mapping[str, Value], *, wrong: bool) -> bytes:
    status = Status(StatusCode.ERROR if wrong else StatusCode.UNSET)
    message = encode_spans([ReadableSpan(name, _NOWHERE, attributes=attributes, kind=kind, status=status)])
    span = message.resource_spans[0].scope_spans[0].spans[0]
    for own in _ITS_OWN:
        span.ClearField(own)
    encoded: bytes = span.SerializeToString()
    return encoded


def _declared(place: Place) -> dict[str, Value]:
    found: dict[str, Value] = {
        "http.route": place.route,
        "gateway.integration": place.integration,
        "gateway.endpoint": place.name,
    }
    if "{" not in place.route:
        found["url.path"] = place.route
    return found


def _address(url: str) -> dict[str, Value]:
    parts = urlsplit(url)
    return {"server.address": parts.hostname or "", "server.port": parts.port or _USUAL[parts.scheme]}
