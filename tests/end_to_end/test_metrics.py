"""A real Prometheus scrapes a real gateway of two workers under faults, and its queries tell what happened."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from gateway.observing.catalogue import CATALOGUE
from tests.end_to_end.test_why import Flaky, slow
from tests.faults.cases import CASES
from tests.faults.server import Exchange, Vendor
from tests.prometheus import Prometheus, prometheus, promtool
from tests.running import Running, eventually, running

CONFIG = """
version: 1
defaults: {timeout: {attempt: 2s, total: 5s}}
integrations:
  plain:
    base_url: ${VENDOR}
    allow_private: true
    endpoints:
      get: {route: GET /flaky}
      slow: {route: GET /slow, upstream: GET /slow}
  again:
    base_url: ${VENDOR}
    allow_private: true
    retry: {attempts: 3, backoff: {initial: 10ms}}
    endpoints: {get: {route: GET /again, upstream: GET /flaky}}
  fragile:
    base_url: ${VENDOR}
    allow_private: true
    breaker: {failures: 2, recovery: 1m}
    endpoints: {get: {route: GET /fragile, upstream: GET /500}}
  kept:
    base_url: ${VENDOR}
    allow_private: true
    cache: {ttl: 1h}
    endpoints: {get: {route: "GET /kept/{which}", upstream: GET /flaky}}
  counted:
    base_url: ${VENDOR}
    allow_private: true
    quota: {requests: 5, per: 1h}
    rate_limit: {requests: 20, per: 1s, max_wait: 2s}
    endpoints: {get: {route: GET /counted, upstream: GET /flaky}}
"""


async def failing(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(b"{}", b"500 No", [(b"Content-Type", b"application/json")])


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[tuple[Running, Flaky, httpx.AsyncClient]]:
    flaky = Flaky()
    async with Vendor({**CASES, "flaky": flaky, "slow": slow, "500": failing}) as vendor:
        file = folder / "integrations.yaml"
        file.write_text(CONFIG.replace("${VENDOR}", vendor.url()))
        with running(file, {}, "--workers", "2") as gateway:
            await asyncio.to_thread(eventually, lambda: _whole(gateway), 30)  # the other worker has the admin address
            async with httpx.AsyncClient(base_url=gateway.url + "/api/v1", trust_env=False, timeout=20) as client:
                yield gateway, flaky, client


async def load(flaky: Flaky, client: httpx.AsyncClient) -> None:
    for _ in range(100):
        await client.get("/plain/flaky")
    await client.get("/plain/slow")
    for failures in (1, 2, 0):
        flaky.left = failures
        await client.get("/again/again")
    for _ in range(10):
        await client.get("/fragile/fragile")
    for _ in range(20):
        await client.get("/kept/kept/1")
    await asyncio.gather(*(client.get("/counted/counted") for _ in range(8)))
    await client.get("/nowhere")


QUERIES: Mapping[str, tuple[str, float, float]] = {
    "every request": ("sum(http_server_request_duration_seconds_count{integration=~'.+'})", 142, 142),
    "those without an endpoint": ("http_server_request_duration_seconds_count{http_response_status_code='404'}", 1, 1),
    "attempts": ("sum(gateway_upstream_attempts_total{integration='plain',outcome='2xx'})", 101, 101),
    "retries by reason": ("sum by (reason) (gateway_retries_total{reason='503'})", 3, 3),
    "time open": ("gateway_breaker_open_seconds_total{integration='fragile'}", 0.01, 60),
    "open circuits": ("gateway_breaker_state{state='opened'} == 1", 1, 1),
    "who stopped it": ("gateway_breaker_transitions_total{from='closed',to='opened'}", 1, 1),
    "calls that were spared": ("gateway_breaker_rejections_total{integration='fragile'}", 7, 8),
    "failures that counted": ("gateway_breaker_failures_total{integration='fragile'}", 2, 3),
    "hit share": (
        "sum(gateway_cache_requests_total{result='hit'}) / sum(gateway_cache_requests_total)", 0.85, 0.97,
    ),
    "cache": ("gateway_cache_bytes", 100, 100_000),
    "quota": ("gateway_quota_decisions_total{decision='refused'}", 3, 3),
    "throttle": ("gateway_throttle_wait_seconds_count", 1, 8),
    "pool reuse": (
        "sum(gateway_connections_reused_total) / (sum(gateway_connections_reused_total)"
        " + sum(gateway_connections_opened_total))", 0.9, 1,
    ),
    "overhead is not the vendor's time": ("gateway_overhead_seconds_sum{endpoint='slow'}", 0, 0.4),
    "the vendor's time": ("http_client_request_duration_seconds_sum{endpoint='slow'}", 0.5, 5),
    "problems": ("gateway_errors_total{slug='circuit-open'}", 7, 8),
    "answers without an id": ("gateway_responses_without_correlation_id_total", 0, 0),
    "others": ("gateway_shared_state_reachable", 1, 1),
    "config": ("gateway_config_last_reload_successful", 1, 1),
}  # fmt: skip


def settled(served: Prometheus) -> bool:
    return served.value("sum(http_server_request_duration_seconds_count{integration=~'.+'})") == 142


async def asked(folder: Path) -> tuple[dict[str, float], dict[str, bytes], list[dict[str, object]]]:
    """The values of the queries, the page as text and as OpenMetrics, and the exemplars that Prometheus has kept."""
    async with world(folder) as (gateway, flaky, client):
        target = gateway.admin.removeprefix("http://")
        fresh = (await client.get(f"{gateway.admin}/metrics")).content
        with prometheus([target]) as served:
            await load(flaky, client)
            await asyncio.to_thread(eventually, lambda: settled(served), 30)
            values = {name: served.value(query) for name, (query, _, _) in QUERIES.items()}
            examples = served.exemplars("http_server_request_duration_seconds_bucket")
        accept = {"accept": "application/openmetrics-text; version=1.0.0"}
        pages = {
            "fresh": fresh,
            "text": (await client.get(f"{gateway.admin}/metrics")).content,
            "open": (await client.get(f"{gateway.admin}/metrics", headers=accept)).content,
        }
    return values, pages, examples


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, float], dict[str, bytes], list[dict[str, object]]]:
    return asyncio.run(asked(tmp_path_factory.mktemp("metrics")))


Found = tuple[dict[str, float], dict[str, bytes], list[dict[str, object]]]


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_tells_what_happened(found: Found, name: str) -> None:
    _, least, most = QUERIES[name]

    assert least <= found[0][name] <= most


@pytest.mark.parametrize("when", ["fresh", "text"])
def test_the_page_is_what_promtool_wants(found: Found, when: str) -> None:
    checked = promtool("check", "metrics", said=found[1][when])

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_page_is_in_the_catalogue_and_what_is_always_there_is_there(found: Found) -> None:
    names = {line.split()[2] for line in found[1]["text"].decode().splitlines() if line.startswith("# TYPE")}

    assert names <= {one.name for one in CATALOGUE}
    assert {one.name for one in CATALOGUE if one.always} <= names


def test_whoever_declares_a_metric_says_of_it_what_the_catalogue_says(found: Found) -> None:
    told = {one.name: one.about for one in CATALOGUE}
    lines = [line.split(" ", 3) for line in found[1]["text"].decode().splitlines() if line.startswith("# HELP")]

    assert {name: about for _, _, name, about in lines if told[name] != about} == {}


def test_open_metrics_have_examples_that_prometheus_keeps(found: Found) -> None:
    families = list(text_string_to_metric_families(found[1]["open"].decode()))  # type: ignore[no-untyped-call]
    marks = [sample.exemplar for family in families for sample in family.samples if sample.exemplar]

    assert marks
    assert all("correlation_id" in mark.labels for mark in marks)
    assert found[2]


async def through_kills(folder: Path, kills: int) -> list[float]:
    """How many requests the page told of, after each worker that was killed."""
    told = []
    async with world(folder) as (gateway, _, client):
        for number in range(1, kills + 1):
            for _ in range(10):
                async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as another:
                    await another.get("/api/v1/plain/flaky")
            await asyncio.sleep(0.1)
            before = await _counted(client, gateway)
            assert before == 10 * number
            _kill_one(gateway, number)
            await asyncio.to_thread(eventually, lambda: _whole(gateway), 30)
            told.append(await _counted(client, gateway))
    return told


async def _counted(client: httpx.AsyncClient, gateway: Running) -> float:
    page = (await client.get(f"{gateway.admin}/metrics")).text
    name = 'http_server_request_duration_seconds_count{endpoint="get"'
    return sum(float(line.rpartition(" ")[2]) for line in page.splitlines() if line.startswith(name))


def _kill_one(gateway: Running, number: int) -> None:
    listed = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children").read_text().split()
    os.kill(int(sorted(listed, key=int)[number % 2]), signal.SIGKILL)


def _whole(gateway: Running) -> bool:
    try:
        state = httpx.get(f"{gateway.admin}/admin/config", trust_env=False).json()
    except httpx.TransportError:
        return False
    return not state["astray"]


def test_what_was_counted_survives_the_workers_that_counted_it(tmp_path: Path) -> None:
    assert asyncio.run(through_kills(tmp_path, 4)) == [10, 20, 30, 40]
