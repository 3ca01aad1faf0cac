"""Work that comes around again and again, as long as an application serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from gateway.contract import Kit


@contextlib.asynccontextmanager
async def rounds(kit: Kit, work: Callable[[], Awaitable[object]], every: float) -> AsyncIterator[None]:
    """While it is entered, `work` is done at once, and `every` so many seconds after it was done."""

    async def going() -> None:
        while True:
            await work()
            await kit.sleep(every)

    task = asyncio.create_task(going())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
