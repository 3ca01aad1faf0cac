"""What the cache spares the stages below it, in a pipeline as a config makes it."""

import asyncio
from pathlib import Path

from gateway import Call, Handler, Reply
from gateway.errors import CircuitOpen, ReducedCapacity
from gateway.loading import load
from gateway.plan import Flags, bind, compile_plans
from gateway.registry import discover
from tests.kit import call, kit, run

CONFIG = """\
version: 1
integrations:
  crm:
    base_url: https://crm.example
    breaker: {failures: 3, recovery: 5m}
    rate_limit: {requests: 2, per: 1h, burst: 2, max_wait: 0s}
    retry: {attempts: 1}
    endpoints:
      list_contacts:
        route: GET /contacts
        query: {page: {type: string}}
        cache: {ttl: 1m, stale_if_error: 10m}
      break_down: {route: GET /broken, rate_limit: null}
"""


class Vendor:
    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, call: Call) -> Reply:
        self.asked += 1
        if call.endpoint == "crm.break_down":
            return Reply(500)
        return Reply(200, ((b"content-type", b"application/json"),), b'{"answer": %d}' % self.asked)


def endpoints(folder: Path, vendor: Handler) -> dict[str, Handler]:
    path = folder / "integrations.yaml"
    path.write_text(CONFIG)
    registry = discover()
    plans = compile_plans(
        load(path, registry, {}, lenient_secrets=False), registry, kit(), Flags(), "http://localhost:8000"
    )
    return {plan.operation.name: bind(plan, vendor) for plan in plans.endpoints}


async def asked(handler: Handler, page: str = "1") -> Reply:
    return await handler(call(query=(("page", page),)))


def test_hits_spend_nothing_of_what_the_vendor_allows(tmp_path: Path) -> None:
    async def main() -> None:
        vendor = Vendor()
        contacts = endpoints(tmp_path, vendor)["list_contacts"]
        for _ in range(50):
            assert (await asked(contacts)).status == 200
        assert (await asked(contacts, page="2")).status == 200
        assert vendor.asked == 2
        assert (await asked(contacts, page="3")).status == ReducedCapacity.status
        assert (await asked(contacts)).status == 200

    run(main())


def test_what_is_kept_is_given_out_while_the_circuit_is_open(tmp_path: Path) -> None:
    async def main() -> None:
        vendor = Vendor()
        built = endpoints(tmp_path, vendor)
        kept = await asked(built["list_contacts"])
        await asyncio.sleep(61)
        for _ in range(3):
            await built["break_down"](call(endpoint="crm.break_down"))
        assert (await asked(built["list_contacts"], page="2")).status == CircuitOpen.status
        stale = await asked(built["list_contacts"])
        assert (stale.body, stale.header(b"cache-status")) == (kept.body, b"gateway; hit; ttl=-1")
        assert vendor.asked == 4

    run(main())
