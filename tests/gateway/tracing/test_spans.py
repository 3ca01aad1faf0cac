"""Spans say what happened by the conventions, with the times that were noted."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from gateway.tracing.exporting import Kept
from gateway.tracing.sampling import Asked, Traced
from gateway.tracing.spans import MOST_EVENTS, Spans
from tests.gateway.observing.records import finished
from tests.kit import operation
from tests.tracing.collector import told

SPANS = Spans({"service.name": "gateway"}, "1.0", lambda: "https://api.example", lambda: 7)
OFFSET = 1_800_000_000.0
BEGAN = 1_800_001_000 * 10**9
SENT = ("attempt.sent", {"method": "GET", "attempt": 1, "span": 0xAA})
REMOTE = 0x200
"""Of a span's flags: its parent is in another process."""


def trace(**fields: Any) -> Traced:
    return Traced(**{"trace": 1, "span": 2, "parent": 0, "state": b"", "sampled": True, **fields})


def read(*kept: Kept) -> list[Span]:
    """What a collector reads of it."""
    (resource,) = ExportTraceServiceRequest.FromString(SPANS.encoded(kept)).resource_spans
    (scope,) = resource.scope_spans
    return list(scope.spans)


def made(*events: Any, at: Traced | None = None, asked: tuple[Asked, ...] = (), **fields: Any) -> list[Span]:
    return read(Kept(at or trace(), finished(*events, **fields), asked, OFFSET))


def attributes(span: Span) -> dict[str, Any]:
    return told(span.attributes)


def test_times_are_those_that_were_noted_to_the_microsecond() -> None:
    server, client = made(SENT, ("attempt.answered", {"status": 200}))

    assert (server.start_time_unix_nano, server.end_time_unix_nano) == (BEGAN, BEGAN + 250 * 10**6)
    assert client.start_time_unix_nano == BEGAN
    assert abs(client.end_time_unix_nano - BEGAN - 10 * 10**6) < 1000


def test_a_request_is_below_its_caller_and_everything_else_below_the_request() -> None:
    asked = Asked(system="redis", operation="GET", began=1000.0, ended=1000.1)
    server, client, question = made(SENT, at=trace(parent=9, state=b"a=1"), asked=(asked,))

    assert (server.parent_span_id, bool(server.flags & REMOTE)) == ((9).to_bytes(8), True)
    assert (client.span_id, question.span_id) == ((0xAA).to_bytes(8), (7).to_bytes(8))
    for span in (client, question):
        assert (span.parent_span_id, bool(span.flags & REMOTE)) == ((2).to_bytes(8), False)
    assert {span.trace_id for span in (server, client, question)} == {(1).to_bytes(16)}
    assert [span.trace_state for span in (server, client, question)] == ["a=1"] * 3
    assert [span.kind for span in (server, client, question)] == [
        Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_CLIENT,
    ]  # fmt: skip


def test_what_is_asked_aside_is_a_root() -> None:
    asked = Asked(system="postgresql", operation="SELECT", collection="keys", namespace="shop", host="db", port=5432,
                  began=1000.0, ended=1000.1, failure="TimeoutError")  # fmt: skip
    (span,) = read(Kept(trace(), None, (asked,), OFFSET))

    assert (span.name, span.parent_span_id, span.span_id) == ("SELECT keys", b"", (2).to_bytes(8))
    assert span.status.code is Status.STATUS_CODE_ERROR
    assert attributes(span) == {
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.collection.name": "keys",
        "db.namespace": "shop",
        "server.address": "db",
        "server.port": 5432,
        "error.type": "TimeoutError",
    }


def test_a_failure_of_the_gateway_is_an_error_and_a_refusal_of_the_caller_is_none() -> None:
    for status, slug, code, name, value in (
        (502, "upstream-error", Status.STATUS_CODE_ERROR, "error.type", "upstream-error"),
        (500, "", Status.STATUS_CODE_ERROR, "error.type", "500"),
        (404, "no-such-endpoint", Status.STATUS_CODE_UNSET, "gateway.problem", "no-such-endpoint"),
        (200, "", Status.STATUS_CODE_UNSET, "http.response.status_code", 200),
    ):
        (server,) = made(status=status, slug=slug)
        assert server.status.code is code
        assert attributes(server)[name] == value
        assert ("error.type" in attributes(server)) is (status >= 500)


def test_any_refusal_by_the_vendor_is_an_error_of_the_attempt() -> None:
    for end, code, error in (
        (("attempt.answered", {"status": 200}), Status.STATUS_CODE_UNSET, None),
        (("attempt.answered", {"status": 404}), Status.STATUS_CODE_ERROR, "404"),
        (("attempt.failed", {"failure": "timeout", "slug": "upstream-timeout"}), Status.STATUS_CODE_ERROR, "timeout"),
        (("attempt.failed", {"failure": None, "slug": "cancelled"}), Status.STATUS_CODE_ERROR, "cancelled"),
    ):
        _, client = made(SENT, end)
        assert client.status.code is code
        assert attributes(client).get("error.type") == error


def test_an_attempt_that_has_no_end_yet_ends_with_its_request_and_is_no_error() -> None:
    server, client = made(SENT)

    assert client.end_time_unix_nano == server.end_time_unix_nano
    assert client.status.code is Status.STATUS_CODE_UNSET


def test_a_vendors_address_is_told_by_its_template() -> None:
    at = operation(base_url="https://crm.example:8443/v2", upstream="/contacts/{id}", route="/api/v1/crm/contacts/{id}")
    server, client = made(SENT, operation=at)

    assert client.name == "GET /contacts/{id}"
    assert attributes(client)["url.template"] == "/contacts/{id}"
    assert (attributes(client)["server.address"], attributes(client)["server.port"]) == ("crm.example", 8443)
    assert (attributes(server)["server.address"], attributes(server)["server.port"]) == ("api.example", 443)
    assert (attributes(server)["http.route"], "url.path" in attributes(server)) == ("/api/v1/crm/contacts/{id}", False)


def test_of_very_many_events_the_last_are_told_and_how_many_there_were() -> None:
    (server,) = made(*[("paging.page", {"page": number}) for number in range(MOST_EVENTS + 5)])

    assert len(server.events) == MOST_EVENTS
    assert server.dropped_events_count == 5
