"""Ways in which a request can end: what is asked, and what is to be told of it."""

from collections.abc import Mapping

import msgspec

CONFIG = """
version: 1
defaults:
  timeout: {connect: 300ms, attempt: 400ms, total: 2s}
integrations:
  plain:
    base_url: ${VENDOR}
    allow_private: true
    endpoints:
      get: {route: "GET /{what}", upstream: "GET /{what}", query: {limit: {type: integer}}}
      post: {route: "POST /{what}", upstream: "POST /{what}", body: {type: object}}
      short: {route: GET /short, upstream: GET /slow, timeout: {attempt: 1s, total: 200ms}}
      strict:
        route: GET /strict
        upstream: GET /flaky
        strict: true
        response: {type: object, required: [name], properties: {name: {type: string}}}
      stream: {route: GET /stream, upstream: GET /started, stream: true, timeout: {idle: 200ms}}
  again:
    base_url: ${VENDOR}
    allow_private: true
    retry: {attempts: 3, backoff: {initial: 10ms}}
    endpoints:
      get: {route: "GET /{what}", upstream: "GET /{what}"}
      post: {route: "POST /{what}", upstream: "POST /{what}", body: {type: object}}
  nobody:
    base_url: ${NOBODY}
    allow_private: true
    endpoints: {get: {route: GET /any}}
  fragile:
    base_url: ${VENDOR}
    allow_private: true
    breaker: {failures: 2, recovery: 500ms}
    endpoints: {get: {route: "GET /{what}", upstream: "GET /{what}"}}
  kept:
    base_url: ${VENDOR}
    allow_private: true
    cache: {ttl: 50ms, stale_if_error: 1h}
    endpoints:
      get: {route: GET /kept, upstream: GET /flaky, cache: {ttl: 1h}}
      stale: {route: GET /stale, upstream: GET /flaky}
      slow: {route: GET /slow, upstream: GET /slow, cache: {ttl: 1h}, timeout: {attempt: 1s}}
  counted:
    base_url: ${VENDOR}
    allow_private: true
    quota: {requests: 1, per: 1h}
    endpoints: {get: {route: GET /flaky}}
  paced:
    base_url: ${VENDOR}
    allow_private: true
    rate_limit: {requests: 2, per: 1s, max_wait: 1s}
    endpoints:
      get: {route: GET /flaky}
      now: {route: GET /now, upstream: GET /flaky, rate_limit: {requests: 1, per: 1h, max_wait: 0s}}
  narrow:
    base_url: ${VENDOR}
    allow_private: true
    bulkhead: {concurrent: 1}
    endpoints: {get: {route: GET /slow, timeout: {attempt: 1s}}}
  once:
    base_url: ${VENDOR}
    allow_private: true
    idempotency: {window: 1h}
    endpoints: {post: {route: POST /flaky, body: {type: object}}}
"""


class Ask(msgspec.Struct, frozen=True):
    """A request, and for how many seconds its caller waits."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = {}
    patience: float = 20.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """`told` are sentences in their order. `before` is asked first, then the vendor's `flaky` fails so many times.
    `beside` is asked a `wait` in seconds before, and not answered yet.
    """

    name: str
    ask: Ask
    told: tuple[str, ...]
    before: tuple[Ask, ...] = ()
    beside: tuple[Ask, ...] = ()
    failures: int = 0
    wait: float = 0.0


API = "/api/v1"
_JSON = {"Content-Type": "application/json"}


def get(path: str, **more: object) -> Ask:
    return msgspec.convert({"path": API + path, **more}, Ask)


def post(path: str, body: bytes = b"{}", **headers: str) -> Ask:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Ask(API + path, "POST", body, {**_JSON, **named})


OUTCOMES = (
    Outcome(
        name="plain",
        ask=get("/plain/flaky"),
        told=("plain.get (GET /api/v1/plain/{what})", "attempt 1 goes to the vendor", "the vendor answered 200",
              "the caller got 200 after"),
    ),
    Outcome(
        name="no-endpoint",
        ask=get("/plain/a/b"),
        told=("GET of no endpoint", "the caller got 404 no-such-endpoint", "gateway explain no-such-endpoint"),
    ),
    Outcome(
        name="no-method",
        ask=Ask(API + "/plain/flaky", "DELETE"),
        told=("DELETE of no endpoint", "the caller got 405 method-not-allowed"),
    ),
    Outcome(
        name="invalid",
        ask=get("/plain/flaky?limit=x"),
        told=("validate    the request is not what the endpoint declares: 1 wrong", "400 invalid-request"),
    ),
    Outcome(
        name="too-large",
        ask=post("/plain/flaky", b'"' + b"x" * 11_000_000 + b'"'),
        told=("the caller got 413 body-too-large",),
    ),
    Outcome(
        name="vendor-404",
        ask=get("/plain/404"),
        told=("the vendor answered 404", "the caller got 404 upstream-rejected"),
    ),
    Outcome(
        name="vendor-500",
        ask=get("/plain/500"),
        told=("the vendor answered 500", "the caller got 502 upstream-error"),
    ),
    Outcome(
        name="vendor-401",
        ask=get("/plain/401"),
        told=("the vendor answered 401", "the caller got 502 upstream-auth-failed"),
    ),
    Outcome(
        name="retried",
        ask=get("/again/flaky"),
        failures=2,
        told=("the vendor answered 503", "retry 2 of 3 follows in", "because of status 503: GET may be repeated",
              "attempt 2 goes to the vendor", "retry 3 of 3", "attempt 3 goes", "the caller got 200"),
    ),
    Outcome(
        name="retries-used-up",
        ask=get("/again/reset"),
        told=("the attempt failed", "retry 2 of 3", "not sent again after reset: attempts", "the caller got 502"),
    ),
    Outcome(
        name="write-not-repeated",
        ask=post("/again/silent"),
        told=("attempt 1 had no answer within 400ms", "not sent again after timeout: unsafe", "504 upstream-timeout"),
    ),
    Outcome(
        name="unreachable",
        ask=get("/nobody/any"),
        told=("attempt 1 goes to the vendor", "the attempt failed", "upstream-unreachable"),
    ),
    Outcome(
        name="circuit-opens",
        before=(get("/fragile/500"),),
        ask=get("/fragile/500"),
        told=("the vendor answered 500", "the circuit of fragile opens for 500ms", "the caller got 502"),
    ),
    Outcome(
        name="circuit-open",
        ask=get("/fragile/flaky"),
        told=("the circuit of fragile is open: the vendor is not asked, again in", "503 circuit-open"),
    ),
    Outcome(
        name="probe",
        wait=0.7,
        ask=get("/fragile/flaky"),
        told=("this request is its probe", "the vendor answered 200", "the circuit of fragile closes"),
    ),
    Outcome(
        name="cache-miss",
        ask=get("/kept/kept"),
        told=("not in the cache", "the vendor answered 200", "the answer is kept in the cache"),
    ),
    Outcome(
        name="cache-hit",
        ask=get("/kept/kept"),
        told=("answered from the cache, fresh for", "the caller got 200"),
    ),
    Outcome(
        name="stale-if-error",
        before=(get("/kept/stale"),),
        wait=0.2,
        ask=get("/kept/stale"),
        failures=1,
        told=("answered from the cache though it is stale", "the caller got 200"),
    ),
    Outcome(
        name="quota",
        before=(get("/counted/flaky"),),
        ask=get("/counted/flaky"),
        told=("the quota is used up, again in", "429 quota-exceeded"),
    ),
    Outcome(
        name="waited",
        before=(get("/paced/flaky"),),
        ask=get("/paced/flaky"),
        told=("waited ", "for the vendor's rate limit", "the vendor answered 200"),
    ),
    Outcome(
        name="no-room",
        before=(get("/paced/now"),),
        ask=get("/paced/now"),
        told=("the vendor's rate limit leaves no room, again in", "the caller got 503 temporary-reduced-capacity"),
    ),
    Outcome(
        name="no-place",
        beside=(get("/narrow/slow"),),
        wait=0.2,
        ask=get("/narrow/slow"),
        told=("no place became free within", "the caller got 503"),
    ),
    Outcome(
        name="deadline",
        ask=get("/plain/short"),
        told=("attempt 1 had no answer within", "504 upstream-timeout"),
    ),
    Outcome(
        name="shortened",
        ask=get("/plain/slow", headers={"X-Request-Timeout": "0.1"}),
        told=("the caller waits 100ms at most", "504 upstream-timeout"),
    ),
    Outcome(
        name="left",
        ask=get("/plain/silent", patience=0.2),
        told=("attempt 1 goes to the vendor", "the attempt failed: cancelled", "the caller did not wait"),
    ),
    Outcome(
        name="replayed",
        before=(post("/once/flaky", Idempotency_Key="a"),),
        ask=post("/once/flaky", Idempotency_Key="a"),
        told=("a repeat: it gets the first answer, 200", "the caller got 200"),
    ),
    Outcome(
        name="mismatch",
        ask=post("/once/flaky", b'{"a":1}', Idempotency_Key="a"),
        told=("a repeat of an earlier request, which is", "422 idempotency-mismatch"),
    ),
    Outcome(
        name="contract",
        ask=get("/plain/strict"),
        told=("the vendor answered 200", "502 upstream-contract-violation"),
    ),
    Outcome(
        name="broke-off",
        ask=get("/plain/stream"),
        told=("the vendor answered 200", "the stream was silent for 200ms", "the answer breaks off", "broke off after"),
    ),
)  # fmt: skip
