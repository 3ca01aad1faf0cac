"""A fleet for tests: gateways with one config and one redis, a vendor that counts, a balancer in front."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from tests.faults.server import Exchange, Vendor
from tests.replicas.balancer import balanced
from tests.running import Running, running
from tests.services import Redis, redis_server

SECRET = "one secret for all of them"
CONFIG = """\
version: 1
server:
  shared_state: ${SHARED}
  public_url: http://gateway.example  # that of the balancer, as callers know it: answers with links share it
integrations:
  crm:
    base_url: ${VENDOR}
    allow_private: true
    endpoints:
      get_stock:
        route: GET /stock
        cache: {ttl: 5m, tags: [stock]}
      sell:
        route: POST /stock
        body: {type: object}
        invalidates: [stock]
        idempotency: {window: 1h}
      count: {route: GET /count, quota: {requests: 20, per: 1h}}
      work: {route: GET /work}
  broken:
    base_url: ${VENDOR}
    allow_private: true
    breaker: {failures: 5, recovery: 5m}
    endpoints:
      fail: {route: GET /fail}
"""


class Fleet(msgspec.Struct, frozen=True, eq=False):
    """`gateways` in the order of their start; `asked` is what the vendor was asked, by method and first segment."""

    gateways: tuple[Running, ...]
    url: str
    redis: Redis
    vendor: Vendor
    asked: Counter[str]

    @asynccontextmanager
    async def callers(self, base_url: str = "") -> AsyncIterator[httpx.AsyncClient]:
        """A client of the balancer, or of one gateway; a connection for each request, so that all get their share."""
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=(base_url or self.url) + "/api/v1", trust_env=False, timeout=30, limits=limits
        ) as client:
            yield client


@asynccontextmanager
async def fleet(folder: Path, size: int = 3) -> AsyncIterator[Fleet]:
    asked: Counter[str] = Counter()
    config = folder / "integrations.yaml"
    config.write_text(CONFIG)

    async def answer(exchange: Exchange) -> None:
        await exchange.read_body()
        path = exchange.target.split(b"?")[0].decode()
        asked[f"{exchange.method.decode()} {path}"] += 1
        status = b"500 Internal Server Error" if path == "/fail" else b"200 OK"
        body = b'{"number": %d}' % asked.total()
        await exchange.answer(body, status, [(b"Content-Type", b"application/json")])

    async with Vendor({"stock": answer, "count": answer, "work": answer, "fail": answer}) as vendor:
        with ExitStack() as stack:
            redis = stack.enter_context(redis_server())
            environ = {"SHARED": redis.url, "VENDOR": vendor.url(), "GATEWAY_LINK_SECRET": SECRET}
            gateways = tuple(stack.enter_context(running(config, environ)) for _ in range(size))
            url = stack.enter_context(balanced([int(gateway.url.rpartition(":")[2]) for gateway in gateways]))
            yield Fleet(gateways, url, redis, vendor, asked)
