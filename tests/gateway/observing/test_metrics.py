"""What became of requests, in numbers; no label has a value that a caller could choose."""

from collections.abc import Callable

import pytest

from gateway import Finished, Trace
from gateway.observing.catalogue import CATALOGUE
from gateway.observing.metrics import LONGEST_MARK, Meter
from gateway.telemetry import Family
from tests.gateway.numbers import families as told
from tests.gateway.numbers import value
from tests.gateway.observing.records import finished
from tests.kit import kit, operation, run

CRM = {"integration": "crm", "endpoint": "list_contacts"}


def counted(*requests: Finished) -> list[Family]:
    async def main() -> list[Family]:
        world = kit()
        Meter(world)(requests)
        return told(world)

    return run(main())


def test_a_request_is_timed_by_endpoint_route_and_status() -> None:
    families = counted(finished(), finished(status=503, ended=1002.0))

    route = {**CRM, "http_request_method": "GET", "http_route": "/api/v1/crm/contacts"}
    name = "http_server_request_duration_seconds"
    assert value(families, f"{name}_count", **route, http_response_status_code="200") == 1
    assert value(families, f"{name}_sum", **route, http_response_status_code="503") == 2.0
    assert value(families, f"{name}_bucket", **route, http_response_status_code="200", le="0.1") == 0
    assert value(families, f"{name}_bucket", **route, http_response_status_code="200", le="0.25") == 1
    assert value(families, f"{name}_bucket", **route, http_response_status_code="503", le="+Inf") == 1


def test_what_the_gateway_took_is_told_apart_from_what_the_vendor_took() -> None:
    families = counted(finished(ended=1000.3, upstream=0.28, attempts=1))

    assert value(families, "gateway_overhead_seconds_sum", **CRM) == pytest.approx(0.02)


def test_each_attempt_is_timed_with_what_came_of_it() -> None:
    sent = ("attempt.sent", {"attempt": 1})
    families = counted(
        finished(sent, ("attempt.answered", {"status": 200}), sent, ("attempt.answered", {"status": 503})),
        finished(sent, ("attempt.failed", {"failure": "reset", "slug": "upstream-error"})),
        finished(sent, ("attempt.failed", {"failure": None, "slug": "cancelled"})),
    )

    outcomes = ("2xx", "5xx", "reset", "cancelled")
    attempts = [value(families, "gateway_upstream_attempts_total", **CRM, outcome=outcome) for outcome in outcomes]
    assert attempts == [1, 1, 1, 1]
    name = "http_client_request_duration_seconds_sum"
    assert value(families, name, **CRM, http_response_status_code="503", error_type="503") == pytest.approx(0.01)
    assert value(families, name, **CRM, http_response_status_code="", error_type="reset") == pytest.approx(0.01)


def test_a_connection_that_is_there_is_told_apart_from_one_that_was_opened() -> None:
    opened, reused = (
        ("attempt.answered", {"status": 200, "reused": False}),
        ("attempt.answered", {"status": 200, "reused": True}),
    )
    families = counted(finished(opened), finished(reused), finished(reused))

    assert value(families, "gateway_connections_opened_total", integration="crm") == 1
    assert value(families, "gateway_connections_reused_total", integration="crm") == 2


EVENTS: list[tuple[str, dict[str, object], str, dict[str, str]]] = [
    ("cache.hit", {"ttl": 1}, "gateway_cache_requests_total", {"result": "hit"}),
    ("cache.miss", {}, "gateway_cache_requests_total", {"result": "miss"}),
    ("cache.stale", {}, "gateway_cache_requests_total", {"result": "stale"}),
    ("cache.coalesced", {}, "gateway_cache_requests_total", {"result": "coalesced"}),
    ("cache.bypass", {}, "gateway_cache_requests_total", {"result": "bypass"}),
    ("quota.allowed", {"remaining": 3}, "gateway_quota_decisions_total", {"decision": "allowed"}),
    ("quota.refused", {"retry_after": 3}, "gateway_quota_decisions_total", {"decision": "refused"}),
    ("retry.scheduled", {"reason": "503"}, "gateway_retries_total", {"reason": "503"}),
    ("retry.refused", {"reason": "budget"}, "gateway_retry_budget_exhausted_total", {}),
    ("breaker.rejected", {"circuit": "crm"}, "gateway_breaker_rejections_total", {}),
    ("throttle.waited", {"seconds": 0.5}, "gateway_throttle_wait_seconds_sum", {}),
]


@pytest.mark.parametrize(
    ("event", "detail", "name", "labels"), EVENTS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_what_a_stage_decided_is_counted(
    event: str, detail: dict[str, object], name: str, labels: dict[str, str]
) -> None:
    families = counted(finished((event, detail)))

    assert value(families, name, integration="crm", **labels) == (0.5 if event == "throttle.waited" else 1)


def test_problems_are_counted_by_slug_and_an_answer_without_its_id_is_seen() -> None:
    families = counted(finished(status=503, slug="circuit-open"), finished(stamped=False))

    assert value(families, "gateway_errors_total", **CRM, slug="circuit-open") == 1
    assert value(families, "gateway_responses_without_correlation_id_total") == 1


def test_a_config_that_is_loaded_anew_counts_on_in_the_same_numbers() -> None:
    families = counted(finished(operation=operation()), finished(operation=operation()))

    name = "http_server_request_duration_seconds_count"
    assert value(families, name, **CRM) == 2


def mark(one: Finished) -> dict[str, str] | None:
    families = counted(one)
    lines = (line for family in families for line in family.lines if line.mark is not None)
    return next((dict(line.mark.labels) for line in lines if line.mark is not None), None)


def test_an_example_leads_to_the_trace_or_to_what_gateway_why_takes() -> None:
    trace: Callable[[bool], Trace] = lambda sampled: Trace(0xABC, 1, 0, b"", sampled=sampled)  # noqa: E731

    assert mark(finished(trace=trace(True))) == {"trace_id": f"{0xABC:032x}"}
    assert mark(finished(trace=trace(False))) == {"correlation_id": "c-1"}
    assert mark(finished(correlation_id="x" * (LONGEST_MARK + 1))) is None


def test_every_metric_here_is_in_the_catalogue_with_these_labels() -> None:
    families = counted(finished(*((event, detail) for event, detail, _, _ in EVENTS), slug="x", status=500))
    listed = {one.name.removesuffix("_total"): set(one.labels) for one in CATALOGUE}

    for family in families:
        if family.name != "gateway_build":
            used = {label for line in family.lines for label, _ in line.labels} - {"le"}
            assert used <= listed[family.name], family.name
