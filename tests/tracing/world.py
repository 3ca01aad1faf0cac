"""A gateway that traces, and a vendor that remembers what it was told."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.faults.cases import CASES as FAULTS
from tests.faults.server import Case, Exchange
from tests.running import running
from tests.wire.vendors import Wire, vendor_in_thread

CONFIG = """
version: 1
server: {callers: {api_keys: off}}
defaults:
  timeout: {connect: 1s, attempt: 2s, total: 10s}
  breaker: {failures: 1000}
integrations:
  crm:
    base_url: VENDOR
    retry: {attempts: 3, backoff: {initial: 1ms, max: 2ms}}
    quota: {requests: 100000, per: 1m}
    endpoints:
      one: {route: "GET /contacts/{id}", upstream: "GET /echo/{id}", path: {id: {type: string}}}
      all: {route: GET /contacts, upstream: GET /json, query: {q: {type: string}}, cache: {ttl: 1m}}
      make: {route: POST /contacts, upstream: POST /json, body: {type: object}}
      flaky: {route: GET /flaky}
      busy: {route: GET /busy, retry: null}
      missing: {route: GET /missing}
      slow: {route: GET /slow}
      dropped: {route: GET /dropped, upstream: GET /drop, retry: null}
"""


ANSWER = "mark-answer-7702"
"""What the vendor says when it refuses."""


async def json(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(b"[]", fields=[(b"Content-Type", b"application/json")])


def refusing(status: bytes) -> Case:
    async def case(exchange: Exchange) -> None:
        await exchange.read_body()
        await exchange.answer(b'{"why": "%b"}' % ANSWER.encode(), status, [(b"Content-Type", b"application/json")])

    return case


async def slow(exchange: Exchange) -> None:
    await asyncio.sleep(0.4)
    await exchange.answer(b"[]", fields=[(b"Content-Type", b"application/json")])


CASES: Mapping[str, Case] = {
    **FAULTS,
    "json": json,
    "slow": slow,
    "flaky": refusing(b"503 Service Unavailable"),
    "busy": refusing(b"429 Too Many Requests"),
    "missing": refusing(b"404 Not Found"),
}


SOON = {"OTEL_BSP_SCHEDULE_DELAY": "50"}


@contextmanager
def traced(folder: Path, environ: Mapping[str, str], *flags: str, config: str = CONFIG) -> Iterator[Wire]:
    """VENDOR in the config is where the vendor is."""
    with vendor_in_thread(CASES) as (vendor, loop):
        file = folder / "integrations.yaml"
        file.write_text(config.replace("VENDOR", vendor.url()))
        with running(file, {**SOON, **environ}, "--allow-private", *flags) as gateway:
            yield Wire(gateway, vendor, loop)
