"""A redis that is killed, frozen and back: what is kept here is given out, the rest is fetched, and nobody fails."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import uvloop

from gateway.sharing import Sharing
from gateway.sharing.line import PATIENCE
from gateway_policies import cache
from tests.gateway.sharing.forms import GUARD, PATIENT, ok, redis, until_asked
from tests.kit import call, kit, pipeline, site
from tests.policies.processes import SETTINGS, Vendor
from tests.services import Redis as Server
from tests.services import redis_server


@pytest.fixture
def server() -> Iterator[Server]:
    with redis_server() as server:
        yield server


class Process:
    def __init__(self, shared: Sharing, vendor: Vendor) -> None:
        using = msgspec.structs.replace(kit(shared=shared), clock=time.monotonic, now=time.time, secret=b"s")
        self.shared = shared
        self._asking = pipeline(cache.policy, SETTINGS, vendor, at=site(), using=using)
        writes = site(name="write", method="POST", invalidates=("contacts",))
        self._writing = pipeline(cache.policy, None, vendor, at=writes, using=using)

    async def read(self, name: str = "1") -> bytes:
        body = (await self._asking(call(path={"id": name}))).body
        assert isinstance(body, bytes)
        return body

    async def write(self) -> None:
        await self._writing(call(method="POST"))


@asynccontextmanager
async def processes(server: Server, vendor: Vendor, patience: int = PATIENT) -> AsyncIterator[list[Process]]:
    async with redis(server.url, patience) as one, redis(server.url, patience) as other:
        yield [Process(one, vendor), Process(other, vendor)]


async def fetched(process: Process, other: Process, name: str) -> bytes:
    """What both have, by one fetch."""
    first = await process.read(name)
    assert await other.read(name) == first
    return first


async def timed(process: Process, name: str) -> float:
    began = time.monotonic()
    await process.read(name)
    return time.monotonic() - began


def test_one_that_is_killed_costs_sharing_and_comes_back_by_itself(server: Server) -> None:
    async def main() -> None:
        vendor = Vendor()
        async with processes(server, vendor) as (one, other):
            kept = await fetched(one, other, "1")
            server.kill()
            assert await one.read() == await other.read() == kept
            assert await one.read("2") != await other.read("2")  # each for itself
            await one.write()
            assert await one.read() != kept
            server.start()
            await ok(one.shared, other.shared)
            fresh = await fetched(one, other, "1")
            assert fresh != kept
            await other.write()

            async def dropped() -> bool:
                return await one.read() != fresh

            await until_asked(dropped)

    uvloop.run(main())


def test_one_that_is_frozen_holds_nobody_up(server: Server) -> None:
    async def main() -> None:
        vendor = Vendor()
        async with processes(server, vendor, PATIENCE) as (one, other):
            kept = await fetched(one, other, "1")
            server.freeze()
            assert await one.read() == kept
            assert max(await asyncio.gather(*(timed(one, str(name)) for name in range(2, 50)))) < GUARD
            assert await timed(other, "50") < GUARD
            server.thaw()
            asked = vendor.asked
            await ok(one.shared, other.shared)
            await fetched(one, other, "60")
            assert vendor.asked == asked + 1

    uvloop.run(main())
