"""Whatever a collector does, requests know nothing of it, and the gateway ends in time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.world import ended, seconds_since
from tests.faults.ports import refused, unanswered
from tests.running import eventually
from tests.tracing.collector import Collector, collector, told
from tests.tracing.relay import relay
from tests.tracing.world import traced
from tests.wire.vendors import Wire

ALWAYS = {"OTEL_TRACES_SAMPLER": "always_on"}
GUARD = 10.0
"""Seconds against hanging; an end takes a second and a half where the collector says nothing."""


@contextmanager
def sending(folder: Path, endpoint: str, **environ: str) -> Iterator[Wire]:
    with traced(folder, {**ALWAYS, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **environ}) as wire:
        yield wire


def asked(wire: Wire, times: int = 1) -> None:
    with wire.gateway.client(untold="what it says is asked elsewhere") as client:
        for _ in range(times):
            assert client.get("/api/v1/crm/contacts/7").status_code == 200


def dropped(wire: Wire) -> float:
    page = httpx.get(f"{wire.gateway.admin}/metrics", trust_env=False).text
    return sum(float(line.split()[1]) for line in page.splitlines() if line.startswith("gateway_spans_dropped_total "))


def test_spans_go_by_grpc_through_a_real_collector(tmp_path: Path) -> None:
    with collector() as seen, relay(seen.http) as between:
        with sending(tmp_path, between.grpc, OTEL_EXPORTER_OTLP_PROTOCOL="grpc") as wire:
            asked(wire)
            came(seen, 2)
        names = {span.name for span in seen.spans}

    assert names == {"GET /api/v1/crm/contacts/{id}", "GET /echo/{id}"}


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_what_was_kept_last_goes_out_before_the_end_with_the_fields_that_a_collector_asks_for(
    tmp_path: Path, protocol: str
) -> None:
    environ = {"OTEL_EXPORTER_OTLP_HEADERS": "x-scope=a%20b,api-key=k", "OTEL_SERVICE_NAME": "front"}
    with collector() as seen:
        endpoint = seen.grpc if protocol == "grpc" else seen.http
        with sending(
            tmp_path, endpoint, **environ, OTEL_EXPORTER_OTLP_PROTOCOL=protocol, OTEL_EXPORTER_OTLP_COMPRESSION="gzip"
        ) as wire:
            asked(wire)
            came(seen, 2)  # so that it is connected: a process that ends before that has a second for it
            asked(wire, 3)
            ended(wire.gateway)

    assert len(seen.spans) == 8
    assert seen.resources[0]["service.name"] == "front"
    assert (seen.fields[0]["x-scope"], seen.fields[0]["api-key"]) == ("a b", "k")
    if protocol != "grpc":
        assert (seen.fields[0][":path"], seen.fields[0]["content-encoding"]) == ("/v1/traces", "gzip")


def test_a_collector_that_is_not_there_costs_nothing_and_delays_no_end(tmp_path: Path) -> None:
    with sending(tmp_path, f"http://127.0.0.1:{refused()}") as wire:
        asked(wire, 50)
        began = time.monotonic()
        ended(wire.gateway, GUARD)

    assert seconds_since(began) < GUARD


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_collector_that_swallows_everything_costs_nothing_and_delays_no_end(tmp_path: Path, protocol: str) -> None:
    with (
        unanswered() as port,
        sending(tmp_path, f"http://127.0.0.1:{port}", OTEL_EXPORTER_OTLP_PROTOCOL=protocol) as wire,
    ):
        asked(wire)
        time.sleep(0.3)  # it is in the middle of a try
        asked(wire, 50)
        began = time.monotonic()
        ended(wire.gateway, GUARD)

    assert seconds_since(began) < GUARD


def test_a_collector_that_takes_the_spans_and_never_answers_delays_no_end(tmp_path: Path) -> None:
    with collector() as seen, sending(tmp_path, seen.http) as wire:
        seen.gate.clear()
        asked(wire, 50)
        began = time.monotonic()
        ended(wire.gateway, GUARD)
        assert seconds_since(began) < GUARD


def test_what_a_collector_does_not_take_is_counted_and_said_once_and_so_is_that_it_takes_again(tmp_path: Path) -> None:
    with collector() as seen, sending(tmp_path, seen.http) as wire:
        seen.status = 500
        for times in range(1, 3):
            asked(wire)
            eventually(lambda least=2 * times: dropped(wire) == least, 20)
        seen.status = 200
        asked(wire)
        came(seen, 2)
        said = ended(wire.gateway)

    assert said.count("traces are lost") == 1
    assert said.count("traces are back") == 1
    assert "Traceback" not in said


def came(seen: Collector, spans: int) -> None:
    def the_spans_came() -> bool:
        return len(seen.spans) == spans

    eventually(the_spans_came, 20)


def test_several_workers_tell_of_themselves_each(tmp_path: Path) -> None:
    with collector() as seen:
        environ = {**ALWAYS, "OTEL_EXPORTER_OTLP_ENDPOINT": seen.http}
        untold = "a connection for each, which the system gives to one of them"
        with traced(tmp_path, environ, "--workers", "2") as wire, wire.gateway.client(untold=untold) as client:
            for _ in range(30):
                client.get("/api/v1/crm/contacts/7", headers={"connection": "close"})
            came(seen, 60)
        ids = {resource["service.instance.id"] for resource in seen.resources}
        requests = [span for span in seen.spans if "gateway.endpoint" in told(span.attributes)]

    assert len(requests) == 30
    assert len(ids) == 2
