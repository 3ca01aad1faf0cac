"""What database and redis are asked for a request is part of its trace."""

from pathlib import Path

from gateway.callers.keys import make
from tests.services import redis_server
from tests.tracing.collector import collector
from tests.tracing.world import traced

CONFIG = """
version: 1
server:
  storage: "sqlite:///FOLDER/gateway.db"
  shared_state: "REDIS"
  callers: {api_keys: required}
integrations:
  crm:
    base_url: VENDOR
    endpoints: {all: {route: GET /contacts, upstream: GET /json, cache: {ttl: 1m}}}
"""
OPEN = CONFIG.replace("required", "off")
ALWAYS = {"OTEL_TRACES_SAMPLER": "always_on"}


def test_the_look_for_a_key_is_told_without_the_key(tmp_path: Path) -> None:
    key = make("nobody's", (), now=0.0).secret
    config = CONFIG.replace("FOLDER", str(tmp_path)).replace("REDIS", "memory")
    with collector() as seen:
        environ = {**ALWAYS, "OTEL_EXPORTER_OTLP_ENDPOINT": seen.http}
        with traced(tmp_path, environ, config=config) as wire, wire.gateway.client() as client:
            reply = client.get("/api/v1/crm/contacts", headers={"x-api-key": key})
            found = seen.await_request(reply.headers["x-correlation-id"])

    assert reply.status_code == 401
    assert found.asked == [{"db.system.name": "sqlite", "db.operation.name": "SELECT", "db.collection.name": "keys"}]
    assert found.spans[1].name == "SELECT keys"
    assert found.spans[1].parent_span_id == found.server.span_id
    assert key.encode() not in b"".join(seen.raw)
    assert key[:19].encode() not in b"".join(seen.raw)


def test_a_look_into_the_shared_cache_is_told_without_its_key(tmp_path: Path) -> None:
    with redis_server() as redis, collector() as seen:
        config = OPEN.replace("FOLDER", str(tmp_path)).replace("REDIS", redis.url)
        environ = {**ALWAYS, "OTEL_EXPORTER_OTLP_ENDPOINT": seen.http}
        with traced(tmp_path, environ, config=config) as wire, wire.gateway.client() as client:
            reply = client.get("/api/v1/crm/contacts")
            found = seen.await_request(reply.headers["x-correlation-id"])

    assert reply.status_code == 200
    assert {"db.system.name": "redis", "db.operation.name": "GET"} in found.asked
    assert {span.parent_span_id for span in found.spans if span.name.endswith(" redis")} == {found.server.span_id}
    assert b"gateway:" not in b"".join(seen.raw)
