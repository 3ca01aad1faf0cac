"""What the policies' keys may say: settings that fit together however the levels are merged."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Settings = Any
Strategy = st.SearchStrategy[Settings]

CLASSES = ("connect", "reset", "timeout", "4xx", "5xx", 429, 503)
SLUGS = ("no-such-thing", "vendor-is-busy", "not-now", "wrong-number")
STATUSES = (400, 403, 404, 409, 422, 429, 451, 500, 502, 503)


def _some(required: Mapping[str, Strategy], optional: Mapping[str, Strategy]) -> Strategy:
    return st.fixed_dictionaries(dict(required), optional=dict(optional))


def _of(*values: Any) -> Strategy:
    return st.sampled_from(values)


def _classes() -> Strategy:
    return st.lists(st.sampled_from(CLASSES), min_size=1, max_size=4, unique=True)


def _when() -> Strategy:
    several = st.lists(_of(400, 404, "5xx"), min_size=1, unique=True)
    status: Strategy = st.one_of(_of("4xx", "5xx", 404, 429, 500, 401), several)
    answered = _some({"status": status}, {"body": _of({"message": "x"}, {"code": [1, 2]}, {"status": [404, 500]})})
    header = st.just({"header": {"retry-after": ["1", "2"]}})
    return st.one_of(answered, answered, header, _of({"reason": "reset"}, {"reason": ["timeout", "connect"]}))


@st.composite
def _rule(draw: st.DrawFn, statuses: tuple[int, ...], kinds: tuple[str, ...]) -> dict[str, Any]:
    when = draw(_when())
    own = {"slug": _of(*SLUGS), "status": _of(*statuses), "title": _of("It did not work", "Not this time")}
    more = {"detail": _of("Try later"), "retryable": st.booleans()}
    if "reason" not in when and draw(st.booleans()):
        return {"when": when, **draw(_some({"as": _of(*kinds)}, {**own, **more}))}
    return {"when": when, **draw(_some(own, more))}


def _rules(statuses: tuple[int, ...], kinds: tuple[str, ...]) -> Strategy:
    return st.lists(_rule(statuses, kinds), min_size=1, max_size=3)


def _cache(required: Mapping[str, Strategy], *methods: list[str]) -> Strategy:
    optional = {
        "stale_while_revalidate": _of("30s"),
        "stale_if_error": _of("10m"),
        "vary": _of(["prefer"], []),
        "tags": _of(["things"], ["a", "b"]),
        "methods": _of(*methods),
    }
    return _some({"ttl": _of("1ms", "5m"), **required}, optional)


CALM: Mapping[str, Strategy] = {
    "timeout": _some(
        {}, {"connect": _of("1s", "2500ms"), "attempt": _of("5s", "10s"), "total": _of("20s", "1m"), "idle": _of("30s")}
    ),
    "breaker": st.one_of(
        _some(
            {},
            {
                "failures": _of(50, 100),
                "recovery": _of("1s", "30s"),
                "probes": _of(1, 3),
                "counts": _classes(),
                "scope": _of("integration", "endpoint", "connection"),
            },
        ),
        st.just({"failure_rate": "100%", "window": "10s", "minimum_calls": 1000, "slow_call": "30s"}),
    ),
    "retry": _some(
        {"retry_after_max": _of("1ms")},  # a stub that is asked to be busy asks for a second
        {
            "attempts": _of(1, 2),
            "backoff": _of({"initial": "1ms"}, {"initial": "1ms", "factor": 1.5, "max": "10ms"}),
            "when": _classes(),
            "unsafe": _of("never", "known_unprocessed", "with_idempotency_key"),
            "budget": _of("20%", "0%"),
        },
    ),
    "rate_limit": _some(
        {"requests": _of(500_000, 1_000_000), "per": _of("1s", "5s"), "burst": _of(100_000, 500_000)},
        {"max_wait": _of("1s", "0s"), "by": _of("integration", "connection"), "cost": _of(1, 2)},
    ),
    "quota": _some(
        {"requests": _of(500_000, 1_000_000), "per": _of("1s", "1m", "1h")}, {"by": _of("caller", "user", "ip")}
    ),
    "bulkhead": _some({"concurrent": _of(10, 100)}, {"queue": _of(0, 50), "by": _of("integration", "connection")}),
    "cache": st.one_of(
        _cache({"respect_upstream": st.just(False)}, ["GET"], ["GET", "POST"], ["GET", "HEAD"]),
        _cache({"respect_upstream": st.just(True)}, ["GET"], ["GET", "HEAD"]),
    ),
    "idempotency": _some({}, {"window": _of("1s", "24h"), "required": st.booleans()}),
    "errors": _rules((403, 404, 409), ("rejected",)),  # a stub's 404 is the one refusal that occurs
    "stub": _of(True, True, False),
}
"""Settings under which a well-formed request always succeeds."""

TROUBLED: Mapping[str, Strategy] = {
    **CALM,
    "timeout": _some({"attempt": _of("20ms", "30ms"), "total": _of("50ms")}, {"connect": _of("10ms")}),
    "breaker": _some(
        {"failures": _of(1, 2), "recovery": _of("50ms", "30s")},
        {"counts": _classes(), "scope": _of("integration", "endpoint")},
    ),
    "retry": _some(
        {"backoff": st.just({"initial": "1ms", "max": "2ms"}), "retry_after_max": _of("1ms")},
        {"attempts": _of(1, 2, 3), "when": _classes(), "unsafe": _of("never", "known_unprocessed")},
    ),
    "rate_limit": _some(
        {"requests": _of(1, 5), "per": _of("1s", "1m"), "burst": st.just(1), "max_wait": _of("0s", "1ms")}, {}
    ),
    "quota": _some({"requests": _of(1, 5, 20), "per": _of("1s", "1m")}, {"by": _of("caller", "user", "ip")}),
    "errors": _rules(STATUSES, ("rate_limited", "auth_failed", "transient", "rejected")),
    "stub": _of("error", "rate_limited", "reset", "invalid_grant", "slow", True),
}
"""Settings under which a well-formed request may be refused, in ways that the document has to tell of.

Nothing waits for long: `timeout` is to be among the defaults, so that it holds everywhere.
"""

NOT_NULL = frozenset({"timeout"})
