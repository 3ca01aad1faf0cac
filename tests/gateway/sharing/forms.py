"""The forms of shared state, each with several processes that use it; and time that a test may wait."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from gateway.shared import NotShared
from gateway.sharing import Host, Hub, Redis, Sharing, read_address

PATIENCE = 20.0
"""Seconds after which a test gives up; what it waits for takes a few hundredths of one, or a try or two."""
BOUND = 0.1
GUARD = 5 * BOUND
"""No call may take longer, whatever its redis does; five times what is promised, since the machine is busy."""


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what it waits for is told to nobody
            await asyncio.sleep(0.005)


async def until_asked(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110 - time is what it waits for
            await asyncio.sleep(0.01)


async def ok(*processes: Sharing) -> None:
    await until(lambda: all(process.state == "ok" for process in processes))


async def refused(shared: Sharing) -> float:
    """Seconds until one call was refused; anything else is a failure."""
    began = time.monotonic()
    try:
        answer = await shared.get("nothing")
    except NotShared:
        return time.monotonic() - began
    raise AssertionError(f"was answered with {answer!r}")


@contextlib.asynccontextmanager
async def redis(url: str) -> AsyncIterator[Redis]:
    """A process that shares by the redis there, as soon as it can."""
    shared = Redis(read_address(url))
    shared.start()
    try:
        yield shared
    finally:
        await shared.close()


@contextlib.asynccontextmanager
async def hub(host: Host) -> AsyncIterator[Hub]:
    shared = Hub(host.path)
    shared.start()
    try:
        yield shared
    finally:
        await shared.close()


@contextlib.contextmanager
def hosting() -> Iterator[Host]:
    """What a supervisor does for its workers."""
    host = Host()
    host.start()
    try:
        yield host
    finally:
        host.stop()
