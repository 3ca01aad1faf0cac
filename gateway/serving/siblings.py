"""The way from one worker to the others: a unix socket each, in a folder that nobody else may enter.

One question, then its answer, then the end of the connection: a worker that dies leaves nothing half said.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

logger = logging.getLogger("gateway")

Answer = Callable[[str], Awaitable[bytes]]
_LENGTH = 4
"""Bytes that say how long an answer is."""
_LONGEST_QUESTION = 4096
_QUESTION_SECONDS = 1.0


class Doors:
    """The other workers of `count`, behind their doors."""

    def __init__(self, folder: Path, own: int, count: int) -> None:
        self._others = {index: _door(folder, index) for index in range(count) if index != own}

    async def ask(self, what: str, patience: float) -> Mapping[int, bytes | None]:
        said = await asyncio.gather(*[_ask(door, what, patience) for door in self._others.values()])
        return dict(zip(self._others, said, strict=True))


@contextlib.asynccontextmanager
async def answering(folder: Path, index: int, answer: Answer) -> AsyncIterator[None]:
    """While inside, the others are answered. A worker that died has left its door behind."""
    door = _door(folder, index)
    door.unlink(missing_ok=True)

    async def opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_QUESTION_SECONDS):
                what = await reader.read(_LONGEST_QUESTION)
            said = await answer(what.decode())
            writer.write(len(said).to_bytes(_LENGTH) + said)
            await writer.drain()
        except Exception:  # an edge too: who asked sees no answer, and here is why
            logger.exception("another worker was not answered")
        finally:
            writer.close()

    server = await asyncio.start_unix_server(opened, door)
    try:
        yield
    finally:
        server.close()


async def _ask(door: Path, what: str, patience: float) -> bytes | None:
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_unix_connection(door)
            try:
                writer.write(what.encode())
                return await reader.readexactly(int.from_bytes(await reader.readexactly(_LENGTH)))
            finally:
                writer.close()
    except (OSError, EOFError):  # a TimeoutError is the one, an answer that is cut short the other
        return None


def _door(folder: Path, index: int) -> Path:
    return folder / f"{index}.socket"
