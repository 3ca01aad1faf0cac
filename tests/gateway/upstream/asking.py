"""Short ways to ask a vendor something through an engine."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from gateway.contract import Headers
from gateway.upstream import Engine, Outgoing

T = TypeVar("T")

HOST = "vendor.example"
GUARD = 20.0
"""Seconds after which a test is taken to hang; nothing here should take one."""


class Answered(msgspec.Struct, frozen=True):
    """An answer, read whole."""

    status: int
    headers: Headers
    body: bytes

    def values(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key == name]


async def ask(engine: Engine, url: str, *, limit: int = 1_000_000, **fields: Any) -> Answered:
    incoming = await engine.open(Outgoing(**{"method": "GET", "url": url, **fields}))
    return Answered(incoming.status, incoming.headers, await incoming.read(limit))


async def post(engine: Engine, url: str, body: Any = b"x", **fields: Any) -> Answered:
    return await ask(engine, url, method="POST", body=body, **fields)


async def eventually(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it comes true in time; the seconds guard against hanging."""
    until = asyncio.get_running_loop().time() + seconds
    while not holds():
        if asyncio.get_running_loop().time() > until:
            return False
        await asyncio.sleep(0.005)
    return True


async def settled(read: Callable[[], int], quiet: float = 0.25) -> int:
    """The value of a counter that has stopped."""
    before, value = -1, read()
    while before != value:
        await asyncio.sleep(quiet)
        before, value = value, read()
    return value


def run(main: Awaitable[T]) -> T:
    """Runs a test over real sockets, and gives up on one that hangs."""

    async def guarded() -> T:
        async with asyncio.timeout(GUARD):
            return await main

    return asyncio.run(guarded())
