"""The five dashboards."""

from scripts.dashboards.panels import Board, Panel, Query

_WHERE = 'integration=~"$integration"'
_REQUESTS = "http_server_request_duration_seconds"
_ATTEMPTS = "http_client_request_duration_seconds"
_FAILED = f'{_WHERE},http_response_status_code=~"5.."'


def _rate(metric: str, by: str, where: str = _WHERE) -> str:
    return f"sum by ({by}) (rate({metric}{{{where}}}[$__rate_interval]))"


def _quantile(share: float, metric: str, by: str = "") -> str:
    inner = f"sum by (le{', ' + by if by else ''}) (rate({metric}_bucket{{{_WHERE}}}[$__rate_interval]))"
    return f"histogram_quantile({share:g}, {inner})"


def _share(part: str, whole: str, by: str) -> str:
    return f"sum by ({by}) (rate({part}[$__rate_interval])) / sum by ({by}) (rate({whole}[$__rate_interval]))"


def _quantiles(metric: str, *, exemplars: bool = False) -> tuple[Query, ...]:
    return tuple(Query(_quantile(share, metric), f"p{share * 100:g}", exemplars) for share in (0.5, 0.95, 0.99))


OVERVIEW = Board(
    name="overview",
    title="Gateway: overview",
    about="Whether callers are served, and what stands in the way.",
    panels=(
        Panel(title="Requests", about="What callers ask, by integration.", unit="reqps",
              queries=(Query(_rate(f"{_REQUESTS}_count", "integration"), "{{integration}}"),)),
        Panel(title="Failed requests", about="The share that got a 5xx, by integration.", unit="percentunit",
              queries=(Query(_share(f"{_REQUESTS}_count{{{_FAILED}}}", f"{_REQUESTS}_count{{{_WHERE}}}", "integration"),
                             "{{integration}}"),)),
        Panel(title="How long callers wait", about="Of all requests; a point is one of them, with its trace.", unit="s",
              queries=_quantiles(_REQUESTS, exemplars=True)),
        Panel(title="Requests in flight", about="Of all workers.", unit="short",
              queries=(Query("sum(gateway_requests_in_flight)", "in flight"),)),
        Panel(title="Open circuits", about="Vendors that are left alone for now.", unit="short", kind="stat",
              width=6, zero=True, queries=(Query('sum(gateway_breaker_state{state="opened"}) or vector(0)', "open"),)),
        Panel(title="Config", about="1 while the newest serves, 0 when it was refused.", unit="short", kind="stat",
              width=6, queries=(Query("min(gateway_config_last_reload_successful)", "newest"),)),
        Panel(title="Database", about="1 while the database answers; nothing where none is needed.", unit="short",
              kind="stat", width=6, queries=(Query("min(gateway_store_reachable)", "database"),)),
        Panel(title="Other gateways", about="1 while shared state can be reached.", unit="short", kind="stat", width=6,
              queries=(Query("min(gateway_shared_state_reachable)", "shared state"),)),
        Panel(title="Away from the usual", about="Latency, error share and volume against their own history, in usual "
              "deviations; above 4 is rare.", unit="short",
              queries=(Query(f"max by (integration, endpoint, signal) (gateway_anomaly_score{{{_WHERE}}})",
                             "{{integration}}.{{endpoint}} {{signal}}"),)),
        Panel(title="Connected accounts", about="Of users, by provider and status.", unit="short",
              queries=(Query("max by (provider, status) (gateway_connections)", "{{provider}} {{status}}"),)),
    ),
)  # fmt: skip

CIRCUIT_BREAKER = Board(
    name="circuit_breaker",
    title="Gateway: circuit breakers",
    about="Which vendors fail, since when, and whether they come back.",
    panels=(
        Panel(title="State", about="0 closed, 1 half open, 2 open.", unit="short", kind="state-timeline", width=24,
              queries=(Query('max by (circuit) (2 * gateway_breaker_state{state="opened"} or '
                             'gateway_breaker_state{state="half-opened"})', "{{circuit}}"),)),
        Panel(title="Failures", about="Answers and failures of vendors that counted for a circuit.", unit="reqps",
              queries=(Query(_rate("gateway_breaker_failures_total", "integration"), "{{integration}}"),)),
        Panel(title="Failure share", about="Of all attempts, by integration.", unit="percentunit",
              queries=(Query(_share(f"gateway_breaker_failures_total{{{_WHERE}}}", f"{_ATTEMPTS}_count{{{_WHERE}}}",
                                    "integration"), "{{integration}}"),)),
        Panel(title="Calls that were spared", about="Stopped at once by an open circuit.", unit="reqps",
              queries=(Query(_rate("gateway_breaker_rejections_total", "integration"), "{{integration}}"),)),
        Panel(title="Changes", about="Of a circuit's state, in the range of the dashboard.", unit="short",
              queries=(Query(f"sum by (integration, from, to) (increase(gateway_breaker_transitions_total{{{_WHERE}}}"
                             "[$__rate_interval]))", "{{integration}}: {{from}} to {{to}}"),)),
        Panel(title="Time open", about="The share of the time for which circuits were open.", unit="percentunit",
              queries=(Query(_rate("gateway_breaker_open_seconds_total", "integration"), "{{integration}}"),)),
        Panel(title="Recovery time", about="Seconds from opening to closing, on average over an hour.", unit="s",
              queries=(Query(f"sum by (integration) (increase(gateway_breaker_open_seconds_total{{{_WHERE}}}[1h])) / "
                             f'sum by (integration) (increase(gateway_breaker_transitions_total{{{_WHERE},to="closed"}}'
                             "[1h]))", "{{integration}}"),)),
    ),
)  # fmt: skip

ERRORS = Board(
    name="errors",
    title="Gateway: errors",
    about="What callers are told, who failed, and who tries to get in.",
    panels=(
        Panel(title="Problems by slug", about="What answers told callers.", unit="reqps",
              queries=(Query(_rate("gateway_errors_total", "slug"), "{{slug}}"),)),
        Panel(title="Problems by endpoint", about="The ten with the most.", unit="reqps",
              queries=(Query(f"topk(10, {_rate('gateway_errors_total', 'integration, endpoint')})",
                             "{{integration}}.{{endpoint}}"),)),
        Panel(title="Attempts by outcome", about="What came of calls to vendors.", unit="reqps",
              queries=(Query(_rate("gateway_upstream_attempts_total", "outcome"), "{{outcome}}"),)),
        Panel(title="Retries by reason", about="Attempts that followed a failed one, and those the budget refused.",
              unit="reqps",
              queries=(Query(_rate("gateway_retries_total", "reason"), "{{reason}}"),
                       Query(_rate("gateway_retry_budget_exhausted_total", "integration"), "no budget"))),
        Panel(title="Answers without a correlation id", about="Always 0.", unit="short", kind="stat", width=6,
              zero=True, queries=(Query("sum(gateway_responses_without_correlation_id_total)", "answers"),)),
        Panel(title="Unforeseen failures", about="Always 0: each is a defect, with a line in the log.", unit="short",
              kind="stat", width=6, zero=True,
              queries=(Query('sum(increase(gateway_errors_total{slug="internal-error"}[$__range])) or vector(0)',
                             "failures"),)),
        Panel(title="Requests over a quota", about="Refused with 429, by integration.", unit="reqps",
              queries=(Query(_rate("gateway_quota_decisions_total", "integration", f'{_WHERE},decision="refused"'),
                             "{{integration}}"),)),
        Panel(title="Contract drift", about="Answers that differ from the declared schema.", unit="reqps",
              queries=(Query(_rate("gateway_contract_drift_total", "integration, endpoint, kind"),
                             "{{integration}}.{{endpoint}} {{kind}}"),)),
        Panel(title="Not let in", about="Callers without a key that fits, by why.", unit="reqps",
              queries=(Query("sum by (reason) (rate(gateway_auth_failures_total[$__rate_interval]))", "{{reason}}"),)),
        Panel(title="Likely abuse", about="Scans, key guessing, and going on after a refusal.", unit="short",
              queries=(Query("sum by (kind) (increase(gateway_abuse_signals_total[$__rate_interval]))", "{{kind}}"),)),
        Panel(title="Renewals of tokens", about="By provider and result.", unit="reqps",
              queries=(Query("sum by (provider, result) (rate(gateway_token_refresh_total[$__rate_interval]))",
                             "{{provider}} {{result}}"),)),
    ),
)  # fmt: skip

PERFORMANCE = Board(
    name="performance",
    title="Gateway: performance",
    about="Where the time goes: the vendors', and the gateway's own.",
    panels=(
        Panel(title="How long callers wait", about="A point is one request, with its trace.", unit="s",
              queries=_quantiles(_REQUESTS, exemplars=True)),
        Panel(title="How long vendors take", about="For one attempt.", unit="s", queries=_quantiles(_ATTEMPTS)),
        Panel(title="What the gateway takes", about="Its own work, and its waits for limits and retries.", unit="s",
              queries=_quantiles("gateway_overhead_seconds")),
        Panel(title="95 of 100 by endpoint", about="The ten slowest.", unit="s",
              queries=(Query(f"topk(10, {_quantile(0.95, _REQUESTS, 'integration, endpoint')})",
                             "{{integration}}.{{endpoint}}"),)),
        Panel(title="Cache", about="The share of requests by what the cache said.", unit="percentunit",
              queries=(Query(f"sum by (result) (rate(gateway_cache_requests_total{{{_WHERE}}}[$__rate_interval])) / "
                             f"scalar(sum(rate(gateway_cache_requests_total{{{_WHERE}}}[$__rate_interval])))",
                             "{{result}}"),)),
        Panel(title="Size of the cache", about="In the memory of all workers.", unit="bytes",
              queries=(Query("sum(gateway_cache_bytes)", "bytes"),)),
        Panel(title="Connections that are used again", about="The share of answers over a connection that was there; "
              "above 0.9 where there is traffic.", unit="percentunit",
              queries=(Query(_share(f"gateway_connections_reused_total{{{_WHERE}}}", f"{_ATTEMPTS}_count{{{_WHERE}}}",
                                    "integration"), "{{integration}}"),)),
        Panel(title="Connections that are opened", about="New ones to vendors.", unit="ops",
              queries=(Query(_rate("gateway_connections_opened_total", "integration"), "{{integration}}"),)),
        Panel(title="Waits for vendors' limits", about="Of the calls that had to wait.", unit="s",
              queries=_quantiles("gateway_throttle_wait_seconds")),
        Panel(title="Left of vendors' limits", about="By their own count.", unit="short",
              queries=(Query(f"min by (integration) (gateway_upstream_quota_remaining{{{_WHERE}}})",
                             "{{integration}}"),)),
    ),
)  # fmt: skip

COST = Board(
    name="cost",
    title="Gateway: cost",
    about="What vendors charge, and for what.",
    panels=(
        Panel(title="Spent today", about="In the last 24 hours, by currency.", unit="short", kind="stat", width=6,
              queries=(Query(f"sum by (currency) (increase(gateway_cost_total{{{_WHERE}}}[24h]))", "{{currency}}"),)),
        Panel(title="By integration", about="Per hour.", unit="short", width=18,
              queries=(Query(f"sum by (integration, currency) (rate(gateway_cost_total{{{_WHERE}}}[$__rate_interval])) "
                             "* 3600", "{{integration}} {{currency}}"),)),
        Panel(title="By endpoint", about="The ten most expensive of the last 24 hours.", unit="short", kind="bargauge",
              queries=(Query("topk(10, sum by (integration, endpoint, currency) "
                             f"(increase(gateway_cost_total{{{_WHERE}}}[24h])))",
                             "{{integration}}.{{endpoint}} {{currency}}"),)),
        Panel(title="What the cache saved", about="Answers that no vendor was asked for, per second.", unit="reqps",
              queries=(Query(_rate("gateway_cache_requests_total", "integration",
                                   f'{_WHERE},result=~"hit|stale|coalesced"'), "{{integration}}"),)),
        Panel(title="Budgets", about="The share that is used, the highest of those who have one.", unit="percentunit",
              queries=(Query(f"max by (integration) (gateway_budget_used_ratio{{{_WHERE}}})", "{{integration}}"),)),
        Panel(title="Over budget", about="Requests that a budget stopped.", unit="reqps",
              queries=(Query(_rate("gateway_errors_total", "integration", f'{_WHERE},slug="budget-exhausted"'),
                             "{{integration}}"),)),
    ),
)  # fmt: skip

BOARDS = (OVERVIEW, CIRCUIT_BREAKER, ERRORS, PERFORMANCE, COST)
