"""Shared state of several workers of one machine: their supervisor keeps it, and they ask by a socket."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from gateway.shared import Heard, NotShared, Pace, Taken
from gateway.sharing.ears import Ears
from gateway.sharing.frames import Refused, answers, framed
from gateway.sharing.line import MOST_BYTES, PATIENCE, Line
from gateway.sharing.link import Link, State

T = TypeVar("T")

HUB = "GATEWAY_HUB"
"""The variable by which a supervisor tells its workers where its socket is."""


class Hub:
    """A worker's end. Each method is asked of the supervisor's Memory by its own name."""

    alone = False

    def __init__(self, path: str, patience: int = PATIENCE) -> None:
        self._path = path
        self._patience = patience
        self._ears = Ears()
        self._link = Link("the supervisor of the workers", self._open, _alive, self._ears.missed)

    @property
    def state(self) -> State:
        return self._link.state

    def start(self) -> None:
        self._link.start()

    async def close(self) -> None:
        await self._link.close()

    async def get(self, name: str) -> bytes | None:
        answer = await self._do("get", name)
        return None if answer is None else self._as(bytes, answer)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        if len(value) > MOST_BYTES:
            raise NotShared
        return self._as(bool, await self._do("put", name, value, seconds, absent))

    async def drop(self, name: str) -> None:
        await self._do("drop", name)

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        return self._as(bool, await self._do("claim", name, owner, seconds, places))

    async def release(self, name: str, owner: str) -> None:
        await self._do("release", name, owner)

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        answer = await self._do("take", name, pace, most, least)
        try:
            return msgspec.convert(answer, Taken)
        except msgspec.ValidationError:
            return self._as(Taken, None)

    async def give_back(self, name: str, pace: Pace, amount: int) -> None:
        await self._do("give_back", name, pace, amount)

    async def add(self, name: str, amount: int, seconds: float) -> int:
        return self._as(int, await self._do("add", name, amount, seconds))

    def tell(self, channel: str, message: bytes) -> None:
        self._ears.hear(channel, message)
        self._link.tell(framed(("tell", channel, message)))

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        return self._ears.listen(channel, heard)

    async def _do(self, *question: object) -> object:
        answer = await self._link.ask(framed(question))
        if isinstance(answer, Refused):
            raise NotShared
        return answer

    def _as(self, kind: type[T], answer: object) -> T:
        if isinstance(answer, kind):
            return answer
        self._link.drop("answers wrongly")
        raise NotShared

    async def _open(self) -> Line:
        def line() -> Line:
            return Line(answers(), self._told, self._patience)

        _, opened = await asyncio.get_running_loop().create_unix_connection(line, self._path)
        return opened

    def _told(self, value: object) -> None:
        match value:
            case [str(channel), bytes(message)]:
                asyncio.get_running_loop().call_soon(self._ears.hear, channel, message)


async def _alive(line: Line) -> bool:
    mark = time.monotonic_ns()
    return await line.ask(framed(("echo", mark))) == mark
