"""What the people who run it do meanwhile: reloads, good and bad, circuits held open, purges, looks at the pages."""

import asyncio
import itertools
import signal
from collections import Counter
from random import Random
from typing import Any

import msgspec

from benchmarks.soak.callers import Answer, read
from benchmarks.soak.processes import Soaked

NAMES = 3
"""So many names the endpoint that changes has in turn."""
CIRCUITS = ("calm", "shaky.get_item", "shaky.create_order", "shaky.get_note")


async def asked(port: int, method: str, path: str, body: object = None) -> Answer:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=16 * 1024 * 1024)
    content = b"" if body is None else msgspec.json.encode(body)
    fields = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", "Content-Type: application/json"]
    writer.write("\r\n".join([*fields, f"Content-Length: {len(content)}", "", ""]).encode() + content)
    try:
        async with asyncio.timeout(10):
            return await read(reader)
    finally:
        writer.transport.abort()


class Operator:
    """Does something every `pause` seconds; `done` counts what came of it."""

    def __init__(self, world: Soaked, chance: Random, pause: float) -> None:
        self.done: Counter[str] = Counter()
        self._world = world
        self._chance = chance
        self._pause = pause
        self._versions = itertools.count(1)

    async def work(self) -> None:
        acts = (self._reload, self._reload, self._bad_reload, self._order, self._order, self._purge, self._look)
        for act in itertools.cycle(acts):
            await asyncio.sleep(self._pause * (0.5 + self._chance.random()))
            try:
                await act()
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as wrong:
                self.done[f"{act.__name__.strip('_')} failed: {type(wrong).__name__}"] += 1

    async def _reload(self) -> None:
        self._world.change(next(self._versions) % NAMES)
        self._world.process.send_signal(signal.SIGHUP)
        self.done["reload"] += 1

    async def _bad_reload(self) -> None:
        self._world.change(next(self._versions) % NAMES, wrong=True)
        self._world.process.send_signal(signal.SIGHUP)
        self.done["reload of a wrong file"] += 1

    async def _order(self) -> None:
        circuit = self._chance.choice(CIRCUITS)
        body = {"state": self._chance.choice(("open", "closed", "auto")), "seconds": 0.3, "reason": "the soak"}
        await self._asked("POST", f"/admin/breakers/{circuit}", body)

    async def _purge(self) -> None:
        what: tuple[Any, ...] = ({"everything": True}, {"integration": "calm", "tags": ["notes"]})
        await self._asked("POST", "/admin/cache/purge", self._chance.choice(what))

    async def _look(self) -> None:
        for path in ("/metrics", "/health", "/admin/breakers", "/admin/config"):
            await self._asked("GET", path)

    async def _asked(self, method: str, path: str, body: object = None) -> None:
        answer = await asked(self._world.admin, method, path, body)
        self.done[f"{method} {path.split('/%', 1)[0]}: {answer.status}"] += 1
