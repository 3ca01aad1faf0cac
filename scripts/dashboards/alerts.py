"""When somebody should look: at once (`page`), or in working hours (`ticket`)."""

from scripts.dashboards.rules import Alert, Recorded

_ALL = "http_server_request_duration_seconds_count"


def _bad_share(window: str) -> Recorded:
    return Recorded(
        f"integration:gateway_failed:ratio_rate{window}",
        f'sum by (integration) (rate({_ALL}{{http_response_status_code=~"5..",integration!=""}}[{window}])) '
        f'/ sum by (integration) (rate({_ALL}{{integration!=""}}[{window}]))',
    )


RECORDED = tuple(_bad_share(window) for window in ("5m", "30m", "1h", "6h"))

OBJECTIVE = 0.001
"""The share of requests that may fail: 99.9 of 100 succeed over 30 days."""


def _burn(fast: str, slow: str, factor: float) -> str:
    limit = f"{factor * OBJECTIVE:g}"
    name = "integration:gateway_failed:ratio_rate"
    return f"{name}{fast} > {limit} and {name}{slow} > {limit}"


ALERTS = (
    Alert(
        name="GatewayDown", runbook="gateway-down", severity="page", after="2m",
        expression='up{job="gateway"} == 0',
        summary="{{ $labels.instance }} does not answer",
        about="Prometheus has had no answer from this gateway for two minutes.",
    ),
    Alert(
        name="CircuitOpen", runbook="circuit-open", severity="page", after="2m",
        expression='max by (integration, circuit) (gateway_breaker_state{state="opened"}) == 1',
        summary="{{ $labels.circuit }} is not asked any more",
        about="Its vendor kept failing, so its circuit has been open for two minutes. Calls to it fail at once.",
    ),
    Alert(
        name="ErrorBudgetBurnsFast", runbook="error-budget", severity="page", after="1m",
        expression=_burn("5m", "1h", 14.4),
        summary="{{ $labels.integration }} fails {{ $value | humanizePercentage }} of its requests",
        about="At this pace the errors of a month are used up in two days.",
    ),
    Alert(
        name="ErrorBudgetBurns", runbook="error-budget", severity="ticket", after="15m",
        expression=_burn("30m", "6h", 6),
        summary="{{ $labels.integration }} fails {{ $value | humanizePercentage }} of its requests",
        about="At this pace the errors of a month are used up in five days.",
    ),
    Alert(
        name="SlowEndpoint", runbook="slow-endpoint", severity="ticket", after="10m",
        expression=(
            "histogram_quantile(0.95, sum by (le, integration, endpoint) "
            "(rate(http_server_request_duration_seconds_bucket[5m]))) "
            "> 0.8 * max by (integration, endpoint) (gateway_endpoint_timeout_seconds)"
        ),
        summary="{{ $labels.integration }}.{{ $labels.endpoint }} is close to its time-out",
        about="5 of 100 callers wait for more than 80 % of what they may wait at all: soon they will see time-outs.",
    ),
    Alert(
        name="TokenRenewalsFail", runbook="token-renewals", severity="page", after="5m",
        expression=(
            'sum by (provider) (rate(gateway_token_refresh_total{result="failed"}[5m])) '
            "/ sum by (provider) (rate(gateway_token_refresh_total[5m])) > 0.2"
        ),
        summary="tokens of {{ $labels.provider }} are not renewed",
        about="More than a fifth of the renewals fail. Tokens that are there still work, until they end.",
    ),
    Alert(
        name="AccountsDisconnect", runbook="accounts-disconnect", severity="ticket", after="0s",
        expression=(
            'sum by (provider) (increase(gateway_token_refresh_total{result="needs_reauth"}[1h])) > 10 '
            'and sum by (provider) (increase(gateway_token_refresh_total{result="needs_reauth"}[1h])) '
            "> 0.05 * sum by (provider) (increase(gateway_token_refresh_total[1h]))"
        ),
        summary="many accounts at {{ $labels.provider }} have to be connected again",
        about="The provider has ended more than ten grants in an hour, and more than 5 of 100 that were renewed.",
    ),
    Alert(
        name="KeysExpire", runbook="keys-expire", severity="ticket", after="1h",
        expression="max by (job) (gateway_keys_expiring) > 0",
        summary="{{ $value }} keys of callers end within a week",
        about="Nobody has made successors for them yet.",
    ),
    Alert(
        name="VendorLimitNearlyUsed", runbook="vendor-limit", severity="ticket", after="1m",
        expression="min by (integration) (gateway_upstream_quota_remaining) < 10",
        summary="{{ $labels.integration }} has {{ $value }} calls left at its vendor",
        about="By the vendor's own count. Once nothing is left, calls wait or are refused.",
    ),
    Alert(
        name="CallersOverQuota", runbook="callers-over-quota", severity="ticket", after="10m",
        expression=(
            'sum by (integration) (rate(gateway_quota_decisions_total{decision="refused"}[10m])) '
            "/ sum by (integration) (rate(gateway_quota_decisions_total[10m])) > 0.2"
        ),
        summary="a fifth of the requests to {{ $labels.integration }} is over a quota",
        about="Either somebody asks too much, or the quota is too small.",
    ),
    Alert(
        name="ReloadFailed", runbook="reload-failed", severity="ticket", after="5m",
        expression="min by (instance) (gateway_config_last_reload_successful) == 0",
        summary="{{ $labels.instance }} serves an old config",
        about="The newest one was refused. What served before goes on serving.",
    ),
    Alert(
        name="StoreUnreachable", runbook="store-unreachable", severity="page", after="1m",
        expression="min by (instance) (gateway_store_reachable) == 0",
        summary="{{ $labels.instance }} has no database",
        about="Keys and tokens that are known still work; nobody can connect, and nothing can be renewed.",
    ),
    Alert(
        name="SharedStateLost", runbook="shared-state-lost", severity="ticket", after="2m",
        expression="min by (instance) (gateway_shared_state_reachable) == 0",
        summary="{{ $labels.instance }} decides alone",
        about="Limits, circuits and caches are its own until shared state is back: limits may be exceeded.",
    ),
    Alert(
        name="Unusual", runbook="unusual", severity="ticket", after="1m",
        expression="max by (integration, endpoint, signal) (gateway_anomaly_score) > 6",
        summary="{{ $labels.signal }} of {{ $labels.integration }}.{{ $labels.endpoint }} is unusual",
        about="It is further from its own history than it ever is by chance.",
    ),
    Alert(
        name="ContractDrift", runbook="contract-drift", severity="ticket", after="0s",
        expression=(
            'sum by (integration, endpoint, kind) (increase(gateway_contract_drift_total{kind!="added"}[1h])) > 5'
        ),
        summary="answers of {{ $labels.integration }}.{{ $labels.endpoint }} have changed: {{ $labels.kind }}",
        about="They do not have the shape that the endpoint declares.",
    ),
    Alert(
        name="BudgetNearlyUsed", runbook="budget-exhausted", severity="ticket", after="1m",
        expression="max by (integration) (gateway_budget_used_ratio) > 0.8",
        summary="{{ $value | humanizePercentage }} of the budget of {{ $labels.integration }} is used",
        about="Where the budget stops calls, they are refused once all of it is.",
    ),
    Alert(
        name="BudgetExhausted", runbook="budget-exhausted", severity="page", after="0s",
        expression='sum by (integration) (increase(gateway_errors_total{slug="budget-exhausted"}[5m])) > 0',
        summary="the budget of {{ $labels.integration }} is used up",
        about="Its requests are refused until the period ends.",
    ),
    Alert(
        name="LikelyAbuse", runbook="abuse", severity="ticket", after="0s",
        expression="sum by (kind) (increase(gateway_abuse_signals_total[10m])) > 0",
        summary="somebody behaves like an attacker: {{ $labels.kind }}",
        about="Scans, guessed keys, or going on while refused.",
    ),
    Alert(
        name="UnforeseenFailure", runbook="unforeseen-failure", severity="ticket", after="0s",
        expression='sum by (integration) (increase(gateway_errors_total{slug="internal-error"}[10m])) > 0',
        summary="the gateway itself failed",
        about="A caller was told `internal-error`. That is a defect of the gateway or of a plugin.",
    ),
    Alert(
        name="AnswersWithoutCorrelationId", runbook="unforeseen-failure", severity="ticket", after="0s",
        expression="sum by (job) (increase(gateway_responses_without_correlation_id_total[10m])) > 0",
        summary="answers went out without a correlation id",
        about="Every answer has one: this is a defect of the gateway or of a plugin.",
    ),
)  # fmt: skip
