"""A write that a caller sends again is done once, whatever was cut, killed or sent at the same time."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from gateway.web.watching import PATIENCE
from gateway_policies.idempotency import GRACE
from tests.faults.server import Exchange, Vendor
from tests.running import Running, running
from tests.services import redis_server

TOTAL = 1.0
CONFIG = """
version: 1
server: {shared_state: "${SHARED:-memory}"}
defaults:
  timeout: {connect: 1s, attempt: TOTAL, total: TOTAL}
  idempotency: {}
integrations:
  crm:
    base_url: ${VENDOR}
    allow_private: true
    endpoints:
      order: {route: POST /orders, upstream: POST /order, body: {type: object}}
      pay:
        route: POST /payments
        upstream: POST /pay
        body: {type: object}
        headers: {idempotency-key: {type: string, as: Order-Token}}
      slow: {route: POST /slow, upstream: POST /order, body: {type: object}, timeout: {attempt: 20s, total: 20s}}
""".replace("TOTAL", f"{TOTAL:g}s")
SECRET = {"GATEWAY_LINK_SECRET": "one for all of them"}
GUARD = 30.0


class Shop:
    """What the vendor does: each order is one effect, each payment is one for each token; `hold` keeps back answers."""

    def __init__(self) -> None:
        self.orders = 0
        self.payments: dict[bytes, int] = {}
        self.asked = 0
        self.done = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()

    async def order(self, exchange: Exchange) -> None:
        await exchange.read_body()
        self.orders += 1
        await self._answered(exchange, self.orders)

    async def pay(self, exchange: Exchange) -> None:
        await exchange.read_body()
        (token,) = exchange.field(b"order-token")
        self.asked += 1
        await self._answered(exchange, self.payments.setdefault(token, len(self.payments) + 1))

    async def _answered(self, exchange: Exchange, number: int) -> None:
        self.done.set()
        await self.answering.wait()
        await exchange.answer(b'{"number": %d}' % number, b"201 Created", [(b"Content-Type", b"application/json")])

    def hold(self) -> None:
        self.done.clear()
        self.answering.clear()


@contextmanager
def gateways(folder: Path, environ: Mapping[str, str], number: int) -> Iterator[list[Running]]:
    config = folder / "integrations.yaml"
    config.write_text(CONFIG)
    with ExitStack() as stack:
        yield [stack.enter_context(running(config, {**SECRET, **environ})) for _ in range(number)]


@asynccontextmanager
async def shop() -> AsyncIterator[tuple[Shop, Vendor]]:
    found = Shop()
    async with Vendor({"order": found.order, "pay": found.pay}) as vendor:
        yield found, vendor


def client(gateway: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url + "/api/v1/crm", trust_env=False, timeout=GUARD)


async def post(gateway: Running, path: str, key: str) -> httpx.Response:
    async with client(gateway) as asking:
        return await asking.post(path, json={"a": 1}, headers={"Idempotency-Key": key})


def told(reply: httpx.Response) -> Any:
    """The slug of a problem, or the body; with `again` where it is a replay."""
    document = reply.json()
    if reply.status_code >= 400:
        return document["type"].rpartition("/")[2]
    return (document["number"], "again") if reply.headers.get("idempotency-replayed") == "true" else document["number"]


async def _a_caller_who_was_cut_off(gateway: Running, vendor: Shop) -> None:
    before = vendor.orders
    vendor.hold()
    asking = asyncio.ensure_future(post(gateway, "/slow", "cut"))
    await asyncio.wait_for(vendor.done.wait(), GUARD)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.sleep(5 * PATIENCE)  # by then it would have been given up, if it were a read
    assert told(await post(gateway, "/slow", "cut")) == "idempotency-in-flight"
    vendor.answering.set()
    async with asyncio.timeout(GUARD):
        while (last := told(await post(gateway, "/slow", "cut"))) == "idempotency-in-flight":  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    assert last == (before + 1, "again")
    assert vendor.orders == before + 1


async def _five_hundred_at_once(gateway: Running, vendor: Shop) -> None:
    before = vendor.orders
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client(gateway)) for _ in range(10)]
        asking = (each.post("/orders", json={}, headers={"Idempotency-Key": "many"}) for each in clients * 50)
        found = [told(reply) for reply in await asyncio.gather(*asking)]
    assert vendor.orders == before + 1
    assert found.count(before + 1) == 1
    assert {*found} <= {before + 1, (before + 1, "again"), "idempotency-in-flight"}


async def _a_vendor_who_was_too_slow(gateway: Running, vendor: Shop) -> None:
    before = vendor.orders
    vendor.hold()
    first = await post(gateway, "/orders", "slow")
    assert (first.status_code, told(first)) == (504, "upstream-timeout")
    vendor.answering.set()
    again = await post(gateway, "/orders", "slow")
    assert (again.status_code, told(again)) == (409, "idempotency-outcome-unknown")
    assert vendor.orders == before + 1


def test_a_repeat_is_not_done_twice(tmp_path: Path) -> None:
    async def main() -> None:
        async with shop() as (found, vendor):
            with gateways(tmp_path, {"VENDOR": vendor.url()}, 1) as (gateway,):
                await _a_caller_who_was_cut_off(gateway, found)
                await _five_hundred_at_once(gateway, found)
                await _a_vendor_who_was_too_slow(gateway, found)

    asyncio.run(main())


def test_a_repeat_after_its_gateway_was_killed_is_not_done_twice(tmp_path: Path) -> None:
    async def main() -> None:
        async with shop() as (found, vendor):
            with redis_server() as redis:
                environ = {"VENDOR": vendor.url(), "SHARED": redis.url}
                with gateways(tmp_path, environ, 2) as (first, second):
                    await _killed(first, second, found)
                    redis.kill()
                    await _alone(second, found)

    asyncio.run(main())


async def _killed(first: Running, second: Running, vendor: Shop) -> None:
    vendor.hold()
    asking = [asyncio.ensure_future(post(first, path, "k")) for path in ("/orders", "/payments")]
    async with asyncio.timeout(GUARD):
        while not (vendor.orders and vendor.payments):  # noqa: ASYNC110 - there are two of them
            await asyncio.sleep(0.01)
    first.process.kill()
    await asyncio.wait(asking)
    assert told(await post(second, "/orders", "k")) == "idempotency-in-flight"
    vendor.answering.set()
    await asyncio.sleep(TOTAL + GRACE + 0.5)
    assert told(await post(second, "/orders", "k")) == "idempotency-outcome-unknown"
    assert told(await post(second, "/payments", "k")) == 1
    assert told(await post(second, "/payments", "k")) == (1, "again")
    assert (vendor.orders, len(vendor.payments), vendor.asked) == (1, 1, 2)


async def _alone(gateway: Running, vendor: Shop) -> None:
    """Without redis: what is known here is known on, and what comes now is told apart as well."""
    assert told(await post(gateway, "/payments", "k")) == (1, "again")
    assert told(await post(gateway, "/orders", "k")) == "idempotency-outcome-unknown"
    assert told(await post(gateway, "/orders", "new")) == 2
    assert told(await post(gateway, "/orders", "new")) == (2, "again")
    assert vendor.orders == 2
