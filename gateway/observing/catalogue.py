"""Every metric of a gateway: its name, what it tells, and its labels, none of which a caller can fill with words.

Whoever feeds one asks the Metrics of a Kit for it by the same name; dashboards, alerts and their tests read this list.
"""

from typing import Literal

import msgspec
from prometheus_client import Counter, Gauge

from gateway.contract import Metrics
from gateway.durations import Durations

Kind = Literal["counter", "gauge", "histogram", "info"]
_WHERE = ("integration", "endpoint")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Buckets of what a caller waits for."""
OWN_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)
"""Buckets of what the gateway itself takes."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is as it is scraped, `_total` included; a histogram's has `_bucket`, `_sum` and `_count` behind it.

    `always`: it is on /metrics of every gateway that has answered a request, whatever its config says.
    """

    name: str
    kind: Kind
    about: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    always: bool = False


def _counter(name: str, about: str, *labels: str, always: bool = False) -> Listed:
    return Listed(name=name, kind="counter", about=about, labels=labels, always=always)


def _gauge(name: str, about: str, *labels: str, always: bool = False) -> Listed:
    return Listed(name=name, kind="gauge", about=about, labels=labels, always=always)


def _histogram(
    name: str, about: str, *labels: str, buckets: tuple[float, ...] = SECONDS, always: bool = False
) -> Listed:
    return Listed(name=name, kind="histogram", about=about, labels=labels, buckets=buckets, always=always)


def counter(metrics: Metrics, listed: Listed) -> Counter:
    return metrics.counter(listed.name, listed.about, listed.labels)


def gauge(metrics: Metrics, listed: Listed, *, across: Literal["sum", "min", "max"]) -> Gauge:
    return metrics.gauge(listed.name, listed.about, listed.labels, across=across)


def histogram(metrics: Metrics, listed: Listed) -> Durations:
    return metrics.histogram(listed.name, listed.about, listed.labels, buckets=listed.buckets)


REQUESTS = _histogram(
    "http_server_request_duration_seconds", "How long callers waited, until the last byte was theirs",
    *_WHERE, "http_request_method", "http_route", "http_response_status_code", always=True,
)  # fmt: skip
ATTEMPT_SECONDS = _histogram(
    "http_client_request_duration_seconds", "How long vendors took for an attempt",
    *_WHERE, "http_request_method", "http_response_status_code", "error_type",
)  # fmt: skip
OVERHEAD = _histogram(
    "gateway_overhead_seconds", "What the gateway itself took of a request, waits for limits and retries included",
    *_WHERE, buckets=OWN_SECONDS,
)  # fmt: skip
THROTTLE = _histogram("gateway_throttle_wait_seconds", "How long calls waited for a vendor's rate limit", "integration")
ATTEMPTS = _counter("gateway_upstream_attempts_total", "Attempts at vendors, by what came of them", *_WHERE, "outcome")
RETRIES = _counter("gateway_retries_total", "Attempts that followed a failed one, by why", *_WHERE, "reason")
BUDGET = _counter("gateway_retry_budget_exhausted_total", "Retries that the budget did not allow", "integration")
REJECTED = _counter("gateway_breaker_rejections_total", "Calls that an open circuit stopped", "integration")
CACHE = _counter("gateway_cache_requests_total", "Requests to endpoints with a cache, by its result", *_WHERE, "result")
QUOTA = _counter("gateway_quota_decisions_total", "Requests to endpoints with a quota", *_WHERE, "decision")
ERRORS = _counter("gateway_errors_total", "Answers that tell a problem, by its slug", *_WHERE, "slug")
OPENED = _counter("gateway_connections_opened_total", "Connections to vendors that answered once", "integration")
REUSED = _counter("gateway_connections_reused_total", "Answers over connections that were there", "integration")
UNSTAMPED = _counter(
    "gateway_responses_without_correlation_id_total", "Answers that went out without a correlation id", always=True
)

AUTH_FAILURES = _counter("gateway_auth_failures_total", "Callers who were not let in, by why", "reason")
ABUSE_SIGNALS = _counter(
    "gateway_abuse_signals_total", "Signs of abuse, by kind: scan, key-guessing, hammering", "kind"
)
ANOMALY_SCORE = _gauge(
    "gateway_anomaly_score", "Deviations from the usual, in units of the usual deviation", *_WHERE, "signal"
)
STORE = _gauge("gateway_store_reachable", "1 while the database answers")
SHARED = _gauge(
    "gateway_shared_state_reachable", "1 while other gateways can be reached, or none is there", always=True
)
IN_FLIGHT = _gauge("gateway_requests_in_flight", "Requests that are being answered", always=True)
KEYS_EXPIRING = _gauge("gateway_keys_expiring", "Callers' keys that end within a week")

CATALOGUE: tuple[Listed, ...] = (
    REQUESTS, ATTEMPT_SECONDS, OVERHEAD, THROTTLE, ATTEMPTS, RETRIES, BUDGET, REJECTED, CACHE, QUOTA, ERRORS, OPENED,
    REUSED, UNSTAMPED,
    _gauge("gateway_breaker_state", "1 for the state that a circuit is in: closed, half-opened, opened",
           "integration", "circuit", "state"),
    _counter("gateway_breaker_transitions_total", "Changes of a circuit's state", "integration", "from", "to"),
    _counter("gateway_breaker_open_seconds_total", "Seconds for which circuits were open", "integration"),
    _counter("gateway_breaker_failures_total", "Failures of vendors that counted for a circuit", "integration"),
    _gauge("gateway_cache_bytes", "What the cache in this gateway's memory holds"),
    _gauge("gateway_upstream_quota_remaining", "What a vendor says is left of its limit", "integration"),
    _counter("gateway_token_refresh_total", "Renewals of users' tokens, by result", "provider", "result"),
    _gauge("gateway_connections", "Accounts that users have connected, by status", "provider", "status"),
    _gauge("gateway_endpoint_timeout_seconds", "How long callers of an endpoint may have to wait at most", *_WHERE),
    KEYS_EXPIRING,
    _counter("gateway_contract_drift_total", "Answers that differ from the declared schema", *_WHERE, "kind"),
    _counter("gateway_cost_total", "What vendors charged", *_WHERE, "currency"),
    _gauge("gateway_budget_used_ratio", "The share of a budget that is used, the highest of those who have one",
           "integration", "currency", "per", "by"),
    ANOMALY_SCORE,
    AUTH_FAILURES,
    ABUSE_SIGNALS,
    _counter("gateway_spans_dropped_total", "Spans that no collector took in time"),
    STORE,
    SHARED,
    IN_FLIGHT,
    _gauge("gateway_config_info", "The config that serves", "hash", always=True),
    _gauge("gateway_config_last_reload_successful", "1 if the newest config serves, 0 if it was refused", always=True),
    _gauge("gateway_config_last_reload_timestamp_seconds", "When a config was last taken over", always=True),
    Listed(name="gateway_build_info", kind="info", about="The version that runs", labels=("version",), always=True),
)  # fmt: skip
