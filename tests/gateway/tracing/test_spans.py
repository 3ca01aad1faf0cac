"""Spans say what happened by the conventions, with the times that were noted."""

from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from gateway.tracing.exporting import Kept
from gateway.tracing.sampling import Asked, Traced
from gateway.tracing.spans import MOST_EVENTS, Spans
from tests.gateway.observing.records import finished
from tests.kit import operation

SPANS = Spans({"service.name": "gateway"}, "1.0", lambda: "https://api.example", lambda: 7)
OFFSET = 1_800_000_000.0
BEGAN = 1_800_001_000 * 10**9
SENT = ("attempt.sent", {"method": "GET", "attempt": 1, "span": "00000000000000aa"})


def trace(**fields: Any) -> Traced:
    return Traced(**{"trace": 1, "span": 2, "parent": 0, "state": b"", "sampled": True, **fields})


def made(*events: Any, at: Traced | None = None, asked: tuple[Asked, ...] = (), **fields: Any) -> list[ReadableSpan]:
    return list(SPANS.of(Kept(at or trace(), finished(*events, **fields), asked, OFFSET)))


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_times_are_those_that_were_noted_to_the_microsecond() -> None:
    server, client = made(SENT, ("attempt.answered", {"status": 200}))

    assert (server.start_time, server.end_time) == (BEGAN, BEGAN + 250 * 10**6)
    assert client.start_time == BEGAN
    assert abs((client.end_time or 0) - BEGAN - 10 * 10**6) < 1000


def test_a_request_is_below_its_caller_and_everything_else_below_the_request() -> None:
    asked = Asked(system="redis", operation="GET", began=1000.0, ended=1000.1)
    server, client, question = made(SENT, at=trace(parent=9, state=b"a=1"), asked=(asked,))

    assert server.parent is not None
    assert (server.parent.span_id, server.parent.is_remote) == (9, True)
    assert (client.context.span_id, question.context.span_id) == (0xAA, 7)
    for span in (client, question):
        assert span.parent is not None
        assert (span.parent.span_id, span.parent.is_remote) == (2, False)
    assert {span.context.trace_id for span in (server, client, question)} == {1}
    assert server.context.trace_state.to_header() == "a=1"
    assert [span.kind for span in (server, client, question)] == [SpanKind.SERVER, SpanKind.CLIENT, SpanKind.CLIENT]


def test_what_is_asked_aside_is_a_root() -> None:
    asked = Asked(system="postgresql", operation="SELECT", collection="keys", namespace="shop", host="db", port=5432,
                  began=1000.0, ended=1000.1, failure="TimeoutError")  # fmt: skip
    (span,) = SPANS.of(Kept(trace(), None, (asked,), OFFSET))

    assert (span.name, span.parent, span.context.span_id) == ("SELECT keys", None, 2)
    assert span.status.status_code is StatusCode.ERROR
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
        (502, "upstream-error", StatusCode.ERROR, "error.type", "upstream-error"),
        (500, "", StatusCode.ERROR, "error.type", "500"),
        (404, "no-such-endpoint", StatusCode.UNSET, "gateway.problem", "no-such-endpoint"),
        (200, "", StatusCode.UNSET, "http.response.status_code", 200),
    ):
        (server,) = made(status=status, slug=slug)
        assert server.status.status_code is code
        assert attributes(server)[name] == value
        assert ("error.type" in attributes(server)) is (status >= 500)


def test_any_refusal_by_the_vendor_is_an_error_of_the_attempt() -> None:
    for end, code, error in (
        (("attempt.answered", {"status": 200}), StatusCode.UNSET, None),
        (("attempt.answered", {"status": 404}), StatusCode.ERROR, "404"),
        (("attempt.failed", {"failure": "timeout", "slug": "upstream-timeout"}), StatusCode.ERROR, "timeout"),
        (("attempt.failed", {"failure": None, "slug": "cancelled"}), StatusCode.ERROR, "cancelled"),
    ):
        _, client = made(SENT, end)
        assert client.status.status_code is code
        assert attributes(client).get("error.type") == error


def test_an_attempt_that_has_no_end_yet_ends_with_its_request_and_is_no_error() -> None:
    server, client = made(SENT)

    assert client.end_time == server.end_time
    assert client.status.status_code is StatusCode.UNSET


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
    assert server.dropped_events == 5
