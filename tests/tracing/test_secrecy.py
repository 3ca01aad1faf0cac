"""No value of a caller, and no secret of the gateway, is in what a collector gets."""

from pathlib import Path

from tests.secrecy.searching import leaks
from tests.tracing.collector import collector
from tests.tracing.world import ANSWER, traced

MARKS = {
    "a part of the path": "mark-path-71aa",
    "a query": "mark-query-5e0c",
    "a field": "mark-field-93c7",
    "a body": "mark-body-6a5d",
    "a caller's key": "mark-key-88d1",
    "a user": "mark-user-20f4",
    "the vendor's key": "mark-vendor-c3b9",
    "the collector's key": "mark-collector-1d44",
    "the vendor's answer": ANSWER,
}
CONFIG = """
version: 1
server: {callers: {api_keys: off}}
defaults: {breaker: {failures: 2}, retry: {attempts: 2, backoff: {initial: 1ms, max: 2ms}}}
integrations:
  crm:
    base_url: VENDOR
    credential: {use: bearer, token: "${CRM_KEY}"}
    endpoints:
      one:
        route: "GET /contacts/{id}"
        upstream: "GET /echo/{id}"
        path: {id: {type: string}}
        query: {q: {type: string}}
      kept:
        route: "GET /kept/{id}"
        upstream: "GET /json/{id}"
        path: {id: {type: string}}
        cache: {ttl: 1m}
      make: {route: POST /contacts, upstream: POST /json, body: {type: object}, idempotency: {window: 1h}}
      cut: {route: "GET /cut/{id}", upstream: "GET /drop/{id}", path: {id: {type: string}}}
      dead: {route: "GET /dead/{id}", upstream: "GET /flaky/{id}", path: {id: {type: string}}}
"""


def test_marks_in_every_place_come_out_nowhere(tmp_path: Path) -> None:
    fields = {
        "x-note": MARKS["a field"],
        "accept-language": MARKS["a field"],
        "x-api-key": MARKS["a caller's key"],
        "x-gateway-user": MARKS["a user"],
        "idempotency-key": MARKS["a field"],
    }
    path, query = MARKS["a part of the path"], MARKS["a query"]
    with collector() as seen:
        environ = {
            "OTEL_TRACES_SAMPLER": "always_on",
            "OTEL_EXPORTER_OTLP_ENDPOINT": seen.http,
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20" + MARKS["the collector's key"],
            "CRM_KEY": MARKS["the vendor's key"],
        }
        with traced(tmp_path, environ, config=CONFIG) as wire, wire.gateway.client(untold="marks") as client:
            base = "/api/v1/crm"
            statuses = [
                client.get(f"{base}/contacts/{path}?q={query}", headers=fields).status_code,
                client.get(f"{base}/contacts/{path}?wrong={query}", headers=fields).status_code,
                client.get(f"{base}/kept/{path}", headers=fields).status_code,
                client.get(f"{base}/kept/{path}", headers=fields).status_code,
                client.post(f"{base}/contacts", json={"x": MARKS["a body"]}, headers=fields).status_code,
                client.post(f"{base}/contacts", json=[MARKS["a body"]], headers=fields).status_code,
                *[client.get(f"{base}/cut/{path}", headers=fields).status_code for _ in range(2)],
                *[client.get(f"{base}/dead/{path}", headers=fields).status_code for _ in range(2)],
            ]
            told = client.get(f"{base}/dead/{path}", headers=fields)
            seen.await_request(told.headers["x-correlation-id"])

    assert {200, 400, 502, 503} <= {*statuses, told.status_code}
    assert MARKS["the collector's key"] in seen.fields[0]["authorization"]
    assert len(seen.spans) > 15
    assert leaks(MARKS, [("what was exported", body) for body in seen.raw]) == []
