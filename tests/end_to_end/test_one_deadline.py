"""Whatever hangs at the vendor, a caller waits no longer than he was promised; and repeats are few and harmless."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.cases import CASES
from tests.faults.ports import unanswered
from tests.faults.server import Exchange, Vendor
from tests.running import running

TOTAL = 1.0
GUARD = 5.0
"""Seconds over the total that a busy machine may take; what is promised is that it ends."""
HANGING = ("silent", "drip", "slow-head", "started")
CONFIG = """
version: 1
defaults:
  timeout: {connect: 300ms, attempt: 400ms, total: 1s}
  retry: {attempts: 3, backoff: {initial: 50ms}}
integrations:
  hangs:
    base_url: ${VENDOR}
    allow_private: true
    native: {mount: /native/hangs, allow: ["GET /**"]}
    endpoints:
      get: {route: "GET /{what}", upstream: "GET /{what}"}
  narrow:
    base_url: ${VENDOR}
    allow_private: true
    bulkhead: {concurrent: 1, queue: 10}
    endpoints:
      get: {route: "GET /{what}", upstream: "GET /{what}"}
  hole:
    base_url: ${HOLE}
    allow_private: true
    endpoints:
      get: {route: GET /any}
  dead:
    base_url: ${VENDOR}
    allow_private: true
    endpoints:
      get: {route: GET /reset}
  writes:
    base_url: ${VENDOR}
    allow_private: true
    retry: {unsafe: known_unprocessed}
    endpoints:
      post: {route: "POST /{what}", upstream: "POST /{what}", body: {type: object}}
      keyed: {route: POST /keyed, upstream: POST /reset, body: {type: object}, retry: {unsafe: with_idempotency_key}}
  busy:
    base_url: ${VENDOR}
    allow_private: true
    timeout: {total: 10s, attempt: 10s}
    endpoints:
      get: {route: "GET /{what}", upstream: "GET /{what}"}
"""


async def accepts_and_fails(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(b"it is done, though", b"502 Bad Gateway")


class Busy:
    """Asks for time once, in seconds or by a date, and answers then; `gaps` are the seconds that it was given."""

    def __init__(self, value: Callable[[], str]) -> None:
        self.value = value
        self.asked: list[float] = []

    async def __call__(self, exchange: Exchange) -> None:
        self.asked.append(time.time())
        if len(self.asked) == 1:
            fields = [(b"Retry-After", self.value().encode())]
            await exchange.answer(b"", b"503 Service Unavailable", fields)
        else:
            await exchange.answer(b"{}")


class World:
    """A gateway, asked by many at once, and its vendor."""

    def __init__(self, vendor: Vendor, client: httpx.AsyncClient) -> None:
        self.vendor = vendor
        self.client = client

    async def took(self, path: str, **headers: str) -> tuple[httpx.Response, float]:
        began = time.monotonic()
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=fields), time.monotonic() - began

    def asked(self) -> Counter[str]:
        """How often the vendor was asked for each path."""
        return Counter(exchange.target.decode() for exchange in self.vendor.seen)


@asynccontextmanager
async def world(folder: Path, **cases: Any) -> AsyncIterator[World]:
    config = folder / "integrations.yaml"
    config.write_text(CONFIG)
    async with Vendor({**CASES, "accepts": accepts_and_fails, **cases}) as vendor:
        with unanswered() as hole:
            environ = {"VENDOR": vendor.url(), "HOLE": f"http://127.0.0.1:{hole}"}
            limits = httpx.Limits(max_connections=200)
            with running(config, environ) as gateway:
                async with httpx.AsyncClient(
                    base_url=gateway.url, trust_env=False, timeout=60, limits=limits
                ) as client:
                    yield World(vendor, client)


@pytest.fixture
def ran(tmp_path: Path) -> Callable[..., None]:
    def run(*stories: Callable[[World], Coroutine[Any, Any, None]], **cases: Any) -> None:
        async def main() -> None:
            async with world(tmp_path, **cases) as found:
                for story in stories:
                    await story(found)

        asyncio.run(main())

    return run


async def _queue_attempts_and_waits_end_with_the_total(found: World) -> None:
    paths = [f"/api/v1/hangs/{what}" for what in HANGING]
    paths += [f"/api/v1/narrow/{what}" for what in (*HANGING, *HANGING)] + ["/api/v1/hole/any"]
    for reply, took in await asyncio.gather(*map(found.took, paths)):
        assert reply.status_code in {504, 502, 503}, reply.text
        assert took < TOTAL + GUARD
    assert found.asked()["/silent"] >= 2


async def _a_caller_may_wait_for_less(found: World) -> None:
    for path in ("/api/v1/hangs/silent", "/native/hangs/silent"):
        reply, took = await found.took(path, x_request_timeout="0.2")
        assert (reply.status_code, took < 0.2 + GUARD) == (504, True)
        assert "within 0.2 seconds" in reply.text
    before = len(found.vendor.seen)
    for path in ("/api/v1/hangs/echo", "/native/hangs/echo"):
        assert (await found.took(path, x_request_timeout="0.9"))[0].status_code == 200
        assert (await found.took(path, x_request_timeout="soon"))[0].status_code == 400
    assert not any(exchange.field(b"x-request-timeout") for exchange in found.vendor.seen)
    assert len(found.vendor.seen) == before + 2


def test_a_caller_waits_no_longer_than_the_total_whatever_hangs_and_less_if_he_asks(ran: Any) -> None:
    ran(_queue_attempts_and_waits_end_with_the_total, _a_caller_may_wait_for_less)


async def _a_dead_vendor_is_hardly_asked_more_often(found: World, arrivals: int = 250) -> None:
    await asyncio.gather(*(found.client.get("/api/v1/dead/reset") for _ in range(arrivals)))
    assert arrivals < found.asked()["/reset"] <= 1.2 * arrivals + 10


async def _a_write_is_not_repeated_where_it_may_have_been_done(found: World, arrivals: int = 40) -> None:
    before = found.asked()
    paths = ("accepts", "drop", "silent", "reset")
    asking = [found.client.post(f"/api/v1/writes/{what}", json={}) for what in paths for _ in range(arrivals)]
    asking += [found.client.post("/api/v1/writes/keyed", json={}, headers={"Idempotency-Key": "not sent on"})]
    await asyncio.gather(*asking)
    sent = {what: found.asked()[f"/{what}"] - before[f"/{what}"] for what in paths}
    assert sent == {**dict.fromkeys(paths, arrivals), "reset": arrivals + 1}


def test_repeats_neither_bury_a_vendor_nor_act_twice(ran: Any) -> None:
    ran(_a_dead_vendor_is_hardly_asked_more_often, _a_write_is_not_repeated_where_it_may_have_been_done)


def test_a_vendor_is_given_the_time_that_it_asks_for(ran: Any) -> None:
    seconds, date = Busy(lambda: "1"), Busy(lambda: formatdate(time.time() + 2, usegmt=True))
    long = Busy(lambda: "30")

    async def story(found: World) -> None:
        paths = [f"/api/v1/busy/{what}" for what in ("seconds", "date", "long")]
        first, second, third = await asyncio.gather(*map(found.took, paths))
        assert (first[0].status_code, second[0].status_code) == (200, 200)
        assert seconds.asked[1] - seconds.asked[0] > 0.99
        assert date.asked[1] - date.asked[0] > 0.9  # a date has no fractions
        assert (third[0].status_code, third[0].headers["retry-after"], len(long.asked)) == (502, "30", 1)

    ran(story, seconds=seconds, date=date, long=long)
