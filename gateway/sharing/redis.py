"""Shared state in redis or valkey: for several gateways that count together."""

import asyncio
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import hiredis
import msgspec

from gateway.shared import Heard, NotShared, Pace, Taken
from gateway.sharing.address import Address
from gateway.sharing.ears import Ears
from gateway.sharing.line import MOST_BYTES, PATIENCE, Line, Nonsense, Pushed
from gateway.sharing.link import Link, State, attempt
from gateway.sharing.memory import SECOND, cost_of
from gateway.sharing.scripts import ADD, CLAIM, GIVE_BACK, TAKE, Script

T = TypeVar("T")

PREFIX = "gateway:"

_OF_THE_WHOLE = frozenset(
    {"BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOAUTH", "NOPERM", "NOREPLICAS", "OOM", "READONLY"}
)
"""Errors that the next command would meet too; any other is that one command's own."""


Ask = Callable[[bytes], Awaitable[object]]


class Redis:
    """Its commands share one connection and do not wait for each other. Each is asked through `around`, if there is
    one: it sees the command, and its answer.
    """

    alone = False

    def __init__(self, address: Address, patience: int = PATIENCE, around: Callable[[Ask], Ask] | None = None) -> None:
        self._address = address
        self._told_in = channel_of(address)
        self._patience = patience
        self._ears = Ears()
        self._id = secrets.token_bytes(8)
        self._link = Link(address.name, self._open, _alive, self._ears.missed)
        self._ask: Ask = self._link.ask if around is None else around(self._link.ask)

    @property
    def state(self) -> State:
        return self._link.state

    def start(self) -> None:
        self._link.start()

    async def close(self) -> None:
        await self._link.close()

    async def get(self, name: str) -> bytes | None:
        answer = await self._do("GET", f"{PREFIX}v:{name}")
        return None if answer is None else self._as(bytes, answer)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        if len(value) > MOST_BYTES:
            raise NotShared
        only = ("NX",) if absent else ()
        return await self._do("SET", f"{PREFIX}v:{name}", value, "PX", _milliseconds(seconds), *only) is not None

    async def drop(self, name: str) -> None:
        await self._do("DEL", f"{PREFIX}v:{name}")

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        length = max(int(seconds * SECOND), 1)
        return self._as(int, await self._run(CLAIM, f"{PREFIX}p:{name}", owner, length, places)) == 1

    async def release(self, name: str, owner: str) -> None:
        await self._do("HDEL", f"{PREFIX}p:{name}", owner)

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        least = most if least is None else least
        answer = await self._run(TAKE, f"{PREFIX}t:{name}", cost_of(pace), pace.burst, most, least)
        granted, remaining, rest = (self._as(int, one) for one in self._three(answer))
        return Taken(granted, remaining, rest / SECOND)

    async def give_back(self, name: str, pace: Pace, amount: int) -> None:
        await self._run(GIVE_BACK, f"{PREFIX}t:{name}", amount * cost_of(pace))

    async def add(self, name: str, amount: int, seconds: float) -> int:
        return self._as(int, await self._run(ADD, f"{PREFIX}n:{name}", amount, _milliseconds(seconds)))

    def tell(self, channel: str, message: bytes) -> None:
        self._ears.hear(channel, message)
        told = msgspec.msgpack.encode((self._id, channel, message))
        self._link.tell(_packed("PUBLISH", self._told_in, told))

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        return self._ears.listen(channel, heard)

    async def trouble(self) -> str | None:
        """Why it cannot be used now; None where it can."""
        line = await attempt(self._open)
        if isinstance(line, str):
            return line
        line.drop("closed")
        return None

    async def _run(self, script: Script, key: str, *values: str | int) -> object:
        answer = await self._ask(_packed("EVALSHA", script.digest, 1, key, *values))
        if isinstance(answer, hiredis.ReplyError) and str(answer).startswith("NOSCRIPT"):
            return await self._do("EVAL", script.text, 1, key, *values)
        return self._whole(answer)

    async def _do(self, *words: str | int | bytes) -> object:
        return self._whole(await self._ask(_packed(*words)))

    def _whole(self, answer: object) -> object:
        if isinstance(answer, hiredis.ReplyError):
            kind = str(answer).split(" ", 1)[0]
            if kind in _OF_THE_WHOLE:
                self._link.drop(f"answers {kind}")
            raise NotShared
        return answer

    def _as(self, kind: type[T], answer: object) -> T:
        if isinstance(answer, kind):
            return answer
        self._link.drop("answers wrongly")
        raise NotShared

    def _three(self, answer: object) -> list[object]:
        three = self._as(list, answer)
        return three if len(three) == 3 else self._as(list, None)  # noqa: PLR2004 - as the script returns them

    async def _open(self) -> Line:
        def line() -> Line:
            return Line(_decoder(), self._told, self._patience)

        address, loop = self._address, asyncio.get_running_loop()
        if address.path:
            _, opened = await loop.create_unix_connection(line, address.path)
        else:
            context = await asyncio.to_thread(address.context) if address.tls else None
            _, opened = await loop.create_connection(line, address.host, address.port, ssl=context)
        try:
            await _greet(opened, address)
        except BaseException:
            opened.drop("closed")
            raise
        return opened

    def _told(self, value: object) -> None:
        """A message to all; what we told ourselves was heard already."""
        if not isinstance(value, list) or value[0] != b"message":
            return
        try:
            sender, channel, message = msgspec.msgpack.decode(value[2], type=tuple[bytes, str, bytes])
        except (msgspec.DecodeError, IndexError):
            return
        if sender != self._id:
            asyncio.get_running_loop().call_soon(self._ears.hear, channel, message)


def channel_of(address: Address) -> str:
    """Channels are those of the whole redis: who has another of its databases must not hear us."""
    return f"{PREFIX}{address.database}:told"


async def _greet(line: Line, address: Address) -> None:
    """Tells who we are, listens, and tries whether it can be written to; raises NotShared with what it says."""
    who = ("AUTH", address.user or "default", address.password) if address.password else ()
    mark = secrets.token_hex(8)
    _agreed(await line.ask(_packed("HELLO", 3, *who)))
    if address.database:
        _agreed(await line.ask(_packed("SELECT", address.database)))
    line.write(_packed("SUBSCRIBE", channel_of(address)))  # confirmed by a push, refused by an answer too many
    _agreed(await line.ask(_packed("SET", PREFIX + "mark", mark, "PX", 1000)))
    if await line.ask(_packed("ECHO", mark)) != mark.encode():
        raise NotShared("answers wrongly")


def _agreed(answer: object) -> None:
    if isinstance(answer, hiredis.ReplyError):
        raise NotShared(f"answers {str(answer).split(' ', 1)[0]}")


async def _alive(line: Line) -> bool:
    mark = b"%d" % time.monotonic_ns()
    return await line.ask(_packed("ECHO", mark)) == mark


def _decoder() -> Callable[[bytes], Iterable[object]]:
    incomplete = object()
    reader = hiredis.Reader(notEnoughData=incomplete)

    def decode(data: bytes) -> Iterable[object]:
        try:
            reader.feed(data)
            while (answer := reader.gets()) is not incomplete:
                yield Pushed(answer) if isinstance(answer, hiredis.PushNotification) else answer
        except (hiredis.ProtocolError, ValueError) as wrong:
            raise Nonsense from wrong

    return decode


def _packed(*words: str | int | bytes) -> bytes:
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stub knows one word only
    return packed


def _milliseconds(seconds: float) -> int:
    return max(math.ceil(seconds * 1000), 1)
