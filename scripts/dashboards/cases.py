"""For each alert a history in which it fires, and one just short of it, for `promtool test rules`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import yaml

Series = Mapping[str, str]
"""A series and its values, a minute apart, as promtool writes them: `0+60x30` grows by 60 a minute for 30 minutes."""

_HEAD = "# Made by `python -m scripts.dashboards`: change scripts/dashboards/cases.py instead.\n"
_REQUESTS = (
    'http_server_request_duration_seconds_count{integration="crm",endpoint="get",http_response_status_code="%s"}'
)
_BUCKET = 'http_server_request_duration_seconds_bucket{integration="crm",endpoint="get",le="%s"}'
_TIMEOUT = 'gateway_endpoint_timeout_seconds{integration="crm",endpoint="get"}'
_RENEWED = 'gateway_token_refresh_total{provider="google",result="%s"}'
_QUOTA = 'gateway_quota_decisions_total{integration="crm",decision="%s"}'
_STATE = 'gateway_breaker_state{integration="crm",circuit="crm",state="opened"}'
_DRIFT = 'gateway_contract_drift_total{integration="crm",endpoint="get",kind="%s"}'
_PROBLEM = 'gateway_errors_total{integration="crm",slug="%s"}'
_UNSTAMPED = 'gateway_responses_without_correlation_id_total{job="gateway"}'
_SCORE = 'gateway_anomaly_score{integration="crm",endpoint="get",signal="latency"}'


class Case(msgspec.Struct, frozen=True):
    """`fires` and `quiet` are looked at `minutes` after they began; `ends`, where it is told, after it has fired."""

    alert: str
    minutes: int
    fires: Series
    quiet: Series
    ends: Series = {}


CASES: Sequence[Case] = (
    Case("GatewayDown", 5, {'up{job="gateway",instance="a"}': "0x10"}, {'up{job="gateway",instance="a"}': "0 1x10"},
         {'up{job="gateway",instance="a"}': "0 0 0 1x10"}),
    Case("CircuitOpen", 5, {_STATE: "1x10"}, {_STATE: "0 1 0 1 0 1 0x10"}, {_STATE: "1 1 1 1 0x10"}),
    Case("ErrorBudgetBurnsFast", 90, {_REQUESTS % 200: "0+980x100", _REQUESTS % 503: "0+20x100"},
         {_REQUESTS % 200: "0+990x100", _REQUESTS % 503: "0+10x100"},
         {_REQUESTS % 200: "0+980x70 69580+1000x30", _REQUESTS % 503: "0+20x70 1400x30"}),
    Case("ErrorBudgetBurns", 500, {_REQUESTS % 200: "0+993x600", _REQUESTS % 503: "0+7x600"},
         {_REQUESTS % 200: "0+995x600", _REQUESTS % 503: "0+5x600"}),
    Case("SlowEndpoint", 20, {_BUCKET % "10.0": "0x30", _BUCKET % "30.0": "0+60x30", _BUCKET % "+Inf": "0+60x30",
                              _TIMEOUT: "20x30"},
         {_BUCKET % "10.0": "0+60x30", _BUCKET % "30.0": "0+60x30", _BUCKET % "+Inf": "0+60x30", _TIMEOUT: "20x30"}),
    Case("TokenRenewalsFail", 12, {_RENEWED % "renewed": "0+60x20", _RENEWED % "failed": "0+20x20"},
         {_RENEWED % "renewed": "0+60x20", _RENEWED % "failed": "0+10x20"}),
    Case("AccountsDisconnect", 70, {_RENEWED % "renewed": "0+2x80", _RENEWED % "needs_reauth": "0+1x80"},
         {_RENEWED % "renewed": "0+60x80", _RENEWED % "needs_reauth": "0+1x80"}),
    Case("KeysExpire", 70, {"gateway_keys_expiring": "1x80"}, {"gateway_keys_expiring": "0x80"}),
    Case("VendorLimitNearlyUsed", 5, {'gateway_upstream_quota_remaining{integration="crm"}': "9x10"},
         {'gateway_upstream_quota_remaining{integration="crm"}': "10x10"}),
    Case("CallersOverQuota", 30, {_QUOTA % "allowed": "0+60x40", _QUOTA % "refused": "0+20x40"},
         {_QUOTA % "allowed": "0+60x40", _QUOTA % "refused": "0+10x40"}),
    Case("ReloadFailed", 10, {'gateway_config_last_reload_successful{instance="a"}': "0x20"},
         {'gateway_config_last_reload_successful{instance="a"}': "0 0 0 1x20"}),
    Case("StoreUnreachable", 5, {'gateway_store_reachable{instance="a"}': "0x10"},
         {'gateway_store_reachable{instance="a"}': "1x10"}, {'gateway_store_reachable{instance="a"}': "0 0 0 1x10"}),
    Case("SharedStateLost", 5, {'gateway_shared_state_reachable{instance="a"}': "0x10"},
         {'gateway_shared_state_reachable{instance="a"}': "0 1x10"}),
    Case("Unusual", 5, {_SCORE: "7x10"}, {_SCORE: "6x10"}),
    Case("ContractDrift", 10, {_DRIFT % "removed": "0+1x20"}, {_DRIFT % "added": "0+1x20"}),
    Case("BudgetNearlyUsed", 5, {'gateway_budget_used_ratio{integration="crm"}': "0.81x10"},
         {'gateway_budget_used_ratio{integration="crm"}': "0.8x10"}),
    Case("BudgetExhausted", 5, {_PROBLEM % "budget-exhausted": "0 0+1x10"}, {_PROBLEM % "budget-exhausted": "7x10"}),
    Case("LikelyAbuse", 5, {'gateway_abuse_signals_total{kind="scan"}': "0 0 1x10"},
         {'gateway_abuse_signals_total{kind="scan"}': "3x10"}),
    Case("UnforeseenFailure", 5, {_PROBLEM % "internal-error": "0 0 1x10"}, {_PROBLEM % "circuit-open": "0+9x10"}),
    Case("AnswersWithoutCorrelationId", 5, {_UNSTAMPED: "0 0 1x10"}, {_UNSTAMPED: "0x10"}),
)  # fmt: skip


def cases_yaml() -> str:
    document = {"rule_files": ["alerts.yml"], "evaluation_interval": "1m", "tests": [*_tests()]}
    return _HEAD + yaml.safe_dump(document, sort_keys=False, width=160, allow_unicode=True)


def _tests() -> Iterator[dict[str, Any]]:
    for case in CASES:
        yield _test(f"{case.alert} fires", case, case.fires, [{"labels": "{}", "value": 1}])
        yield _test(f"{case.alert} is quiet just before", case, case.quiet, [])
        if case.ends:
            yield _test(f"{case.alert} ends", case, case.ends, [])


def _test(name: str, case: Case, series: Series, expected: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{case.alert}",alertstate="firing"}})',
                "eval_time": f"{case.minutes}m",
                "exp_samples": expected,
            }
        ],
    }
