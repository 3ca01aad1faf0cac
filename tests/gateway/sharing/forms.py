"""The forms of shared state, each with several processes that use it; and time that a test may wait."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from gateway.shared import NotShared
from gateway.sharing import Host, Hub, Redis, Sharing, read_address

PATIENCE = 20.0
"""Seconds after which a test gives up; what it waits for takes a few hundredths of one, or a try or two."""
GUARD = 2.0
"""No call may take longer, whatever its redis does; a tenth of a second is promised, but the machine is busy."""
PATIENT = 800
"""Looks: twenty seconds, where it is not the time that matters. A busy machine may hold up a redis for a while."""


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
async def redis(url: str, patience: int = PATIENT, *, there: bool = True) -> AsyncIterator[Redis]:
    """A process that shares by the redis which is there, or is not."""
    shared = Redis(read_address(url), patience)
    shared.start()
    try:
        if there:
            await ok(shared)
        yield shared
    finally:
        await shared.close()


@contextlib.asynccontextmanager
async def hub(host: Host) -> AsyncIterator[Hub]:
    shared = Hub(host.path, PATIENT)
    shared.start()
    try:
        await ok(shared)
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
