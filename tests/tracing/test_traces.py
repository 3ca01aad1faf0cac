"""What became of a request is one trace: of the caller, the gateway and the vendor."""

import time
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from tests.tracing.collector import Collector, Traces, collector, told
from tests.tracing.relay import relay
from tests.tracing.world import traced
from tests.wire.vendors import Wire

SAMPLED, NOT_SAMPLED = "01", "00"
ERROR = Status.STATUS_CODE_ERROR
AT_ZERO = {"OTEL_TRACES_SAMPLER_ARG": "0", "GATEWAY_SLOW_SECONDS": "0.3"}
"""No trace of the gateway's own is sampled, so whatever comes is there for another reason."""


class World:
    """A gateway whose spans go through a real collector, and what came out of that."""

    def __init__(self, wire: Wire, seen: Collector, client: httpx.Client) -> None:
        self.wire = wire
        self.seen = seen
        self.client = client
        self._asked = 0

    def ask(self, path: str, flags: str = SAMPLED, **fields: str) -> tuple[str, httpx.Response]:
        """A GET by a caller who has a trace of his own; gives its id, too."""
        self._asked += 1
        trace = f"{time.time_ns():024x}{self._asked:08x}"
        fields = {"traceparent": f"00-{trace}-00000000000000ab-{flags}", **fields}
        return trace, self.client.get(f"/api/v1/crm{path}", headers=fields)

    def told_vendor(self, trace: str) -> list[str]:
        """The fields `traceparent` that the vendor got in this trace, in their order."""
        fields = [exchange.field(b"traceparent") for exchange in self.wire.vendor.seen]
        return [field[0].decode() for field in fields if field and trace.encode() in field[0]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with collector() as seen, relay(seen.http) as between:
        environ = {**AT_ZERO, "OTEL_EXPORTER_OTLP_ENDPOINT": between.http}
        environ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test%20bench"
        with traced(tmp_path_factory.mktemp("traced"), environ) as wire, wire.gateway.client() as client:
            yield World(wire, seen, client)


def test_a_callers_trace_goes_on_through_the_gateway_to_the_vendor(world: World) -> None:
    trace, reply = world.ask("/contacts/7", tracestate="rojo=00f067aa0ba902b7, congo=t61")
    found = world.seen.await_trace(trace, 2)
    server, (client,) = found.server, found.clients

    assert reply.status_code == 200
    assert server.name == "GET /api/v1/crm/contacts/{id}"
    assert server.parent_span_id.hex() == "00000000000000ab"
    assert client.name == "GET /echo/{id}"
    assert client.parent_span_id == server.span_id
    assert world.told_vendor(trace) == [f"00-{trace}-{client.span_id.hex()}-01"]
    assert world.wire.vendor.seen[-1].field(b"tracestate") == [b"rojo=00f067aa0ba902b7,congo=t61"]
    assert server.trace_state == "rojo=00f067aa0ba902b7,congo=t61"
    assert server.start_time_unix_nano <= client.start_time_unix_nano
    assert client.start_time_unix_nano < client.end_time_unix_nano <= server.end_time_unix_nano
    assert 0 <= time.time_ns() - server.end_time_unix_nano < 60e9


def test_a_request_says_what_it_was_and_what_became_of_it(world: World) -> None:
    trace, reply = world.ask("/contacts/7")
    found = world.seen.await_trace(trace, 2)
    attributes = told(found.server.attributes)

    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/api/v1/crm/contacts/{id}",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": world.wire.port,
        "client.address": "127.0.0.1",
        "gateway.integration": "crm",
        "gateway.endpoint": "one",
        "gateway.correlation_id": reply.headers["x-correlation-id"],
        "gateway.quota": "allowed",
    }
    assert told(found.clients[0].attributes) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": world.wire.vendor.port,
        "url.template": "/echo/{id}",
    }
    assert {span.status.code for span in found.spans} == {Status.STATUS_CODE_UNSET}


def test_a_route_without_parameters_is_told_as_the_path_and_the_cache_says_what_it_did(world: World) -> None:
    missed, _ = world.ask("/contacts?q=1")
    hit, _ = world.ask("/contacts?q=1")
    first, second = world.seen.await_trace(missed, 2), world.seen.await_trace(hit)

    assert told(first.server.attributes)["url.path"] == "/api/v1/crm/contacts"
    assert [told(each.server.attributes)["gateway.cache"] for each in (first, second)] == ["miss", "hit"]
    assert [len(each.clients) for each in (first, second)] == [1, 0]
    assert {"cache.miss", "cache.stored"} <= {event.name for event in first.server.events}


def test_each_attempt_has_a_span_of_its_own_whose_id_the_vendor_was_told(world: World) -> None:
    trace, reply = world.ask("/flaky", NOT_SAMPLED)
    found = world.seen.await_trace(trace, 4)
    server, clients = found.server, found.clients
    attributes = [told(client.attributes) for client in clients]

    assert (reply.status_code, server.status.code) == (502, ERROR)
    assert told(server.attributes)["error.type"] == "upstream-error"
    assert world.told_vendor(trace) == [f"00-{trace}-{client.span_id.hex()}-00" for client in clients]
    assert [each.get("http.request.resend_count") for each in attributes] == [None, 1, 2]
    assert {(each["http.response.status_code"], each["error.type"]) for each in attributes} == {(503, "503")}
    assert {client.status.code for client in clients} == {ERROR}
    assert {client.parent_span_id for client in clients} == {server.span_id}


def test_what_was_decided_stands_between_the_attempts_in_the_order_in_which_it_happened(world: World) -> None:
    trace, _ = world.ask("/flaky")
    found = world.seen.await_trace(trace, 4)
    retries = [event for event in found.server.events if event.name == "retry.scheduled"]
    times = [found.server.start_time_unix_nano]
    for client, event in zip(found.clients, [*retries, None], strict=True):
        times += [client.start_time_unix_nano, client.end_time_unix_nano]
        times += [event.time_unix_nano] if event is not None else []

    assert times == sorted(times)
    assert told(retries[0].attributes)["gateway.attempt"] == 2
    assert told(retries[0].attributes)["gateway.reason"] == "503"
    assert not {event.name for event in found.server.events if event.name.startswith("attempt.")}


def test_an_attempt_without_an_answer_says_why(world: World) -> None:
    trace, _ = world.ask("/dropped")
    (client,) = world.seen.await_trace(trace, 2).clients

    assert told(client.attributes)["error.type"] == "reset"
    assert "http.response.status_code" not in told(client.attributes)
    assert client.status.code == ERROR


def untraced(world: World, *asked: str) -> list[Traces]:
    """What is known of these, once it is sure that no more comes: what came after them is there."""
    last, _ = world.ask("/contacts/last")
    world.seen.await_trace(last, 2)
    return [world.seen.trace(trace) for trace in asked if world.seen.trace(trace).spans]


def test_who_does_not_record_his_own_trace_is_recorded_only_where_something_went_wrong(world: World) -> None:
    well, _ = world.ask("/contacts/7", NOT_SAMPLED)
    absent, refused = world.ask("/missing", NOT_SAMPLED)
    failed, _ = world.ask("/dropped", NOT_SAMPLED)

    assert refused.status_code == 404
    assert world.seen.await_trace(failed, 2).server.status.code == ERROR
    assert untraced(world, well, absent) == []


def test_what_the_vendor_refuses_the_gateway_is_kept_and_is_no_error_of_the_gateway(world: World) -> None:
    trace, reply = world.ask("/busy", NOT_SAMPLED)
    found = world.seen.await_trace(trace, 2)

    assert reply.status_code == 429
    assert found.server.status.code == Status.STATUS_CODE_UNSET
    assert told(found.server.attributes)["gateway.problem"] == "upstream-rate-limited"
    assert found.clients[0].status.code == ERROR


def test_what_was_slow_is_kept(world: World) -> None:
    trace, _ = world.ask("/slow", NOT_SAMPLED)

    assert len(world.seen.await_trace(trace, 2).clients) == 1


@pytest.mark.parametrize(
    "written",
    ["00-" + "0" * 32 + "-00000000000000ab-01", "ff-" + "1" * 32 + "-00000000000000ab-01", "00-1-2-01", "x" * 5000],
)
def test_a_trace_that_is_none_is_not_believed_and_not_passed_on(world: World, written: str) -> None:
    reply = world.client.get("/api/v1/crm/dropped", headers={"traceparent": written, "tracestate": "a=b"})
    found = world.seen.await_request(reply.headers["x-correlation-id"])
    exchange = world.wire.vendor.seen[-1]

    assert found.server.parent_span_id == b""
    assert exchange.field(b"traceparent") == [
        f"00-{found.server.trace_id.hex()}-{found.clients[0].span_id.hex()}-00".encode()
    ]
    assert exchange.field(b"tracestate") == []


def test_who_sends_the_spans_is_told(world: World) -> None:
    trace, _ = world.ask("/contacts/7")
    world.seen.await_trace(trace, 2)
    resource = world.seen.resources[0]

    assert resource["service.name"] == "gateway"
    assert resource["service.version"]
    assert resource["telemetry.sdk.language"] == "python"
    assert resource["deployment.environment.name"] == "test bench"
