"""Notices that a config file has changed and is whole: nothing is loaded while it is still being written."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

INTERVAL = 0.25
"""Seconds between two looks; a change counts when two looks in a row agree on it."""

Look = tuple[tuple[str, int, int], ...]


async def changes(files: Callable[[], Iterable[Path]], interval: float = INTERVAL) -> AsyncIterator[None]:
    """Yields each time any of the files has another size or time than before, once it has come to rest."""
    settled = previous = look(files())
    while True:
        await asyncio.sleep(interval)
        now = look(files())
        if now == previous and now != settled:
            yield
            settled = now = look(files())
        previous = now


def look(files: Iterable[Path]) -> Look:
    """Name, time and size of each file; one that is missing for a moment, as editors make it, has neither."""
    return tuple(_stat(path) for path in files)


def _stat(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size
