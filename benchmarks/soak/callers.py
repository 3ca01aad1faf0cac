"""Callers over many connections: each asks one thing after the other, leaves when it has enough, and looks closely."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections import Counter
from random import Random

import msgspec

from benchmarks.soak.asking import TOKEN, Ask, Asking

PATIENCE = 15.0
"""Seconds after which an answer will never come; every deadline is far sooner."""
LIMIT = 1024 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SLUG = re.compile(rb'"type":"[^"]*/problems/([a-z-]+)"')
_REPLAYED, _KEPT = b"\r\nidempotency-replayed: true", b"\r\ncache-status: gateway; hit"
_SHOWN = 20


class Answer(msgspec.Struct, frozen=True):
    """As it came; `head` is in lower case."""

    status: int
    head: bytes
    body: bytes

    @property
    def good(self) -> bool:
        return self.status // 100 == 2  # noqa: PLR2004

    @property
    def outcome(self) -> str:
        if slug := _SLUG.search(self.body):
            return f"{self.status} {slug[1].decode()}"
        how = " replayed" if _REPLAYED in self.head else " from the cache" if _KEPT in self.head else ""
        return f"{self.status}{how}"


class Tally:
    """What came of the requests. `wrong` are answers with somebody else's marks, or not the same when repeated."""

    def __init__(self, requests: int) -> None:
        self.left = requests
        self.done = 0
        self.outcomes: Counter[str] = Counter()
        self.wrongs = 0
        self.wrong: list[str] = []

    def next(self) -> bool:
        """Whether there is one more to ask."""
        self.left -= 1
        return self.left >= 0

    def count(self, outcome: str) -> None:
        self.done += 1
        self.outcomes[outcome] += 1

    def accuse(self, ask: Ask, what: str) -> None:
        self.wrongs += 1
        if len(self.wrong) < _SHOWN:
            self.wrong.append(f"{ask.name}: {what}")

    def look(self, ask: Ask, answer: Answer) -> None:
        found = set(TOKEN.findall(answer.head)) | set(TOKEN.findall(answer.body))
        others, missing = found - ask.own, ask.echoed - found if answer.good else frozenset()
        if others or missing:
            holds, lacks = (_text(tokens) or "nothing" for tokens in (others, missing))
            self.accuse(ask, f"{answer.outcome} holds of others {holds}, lacks of its own {lacks}")


class Caller:
    """One connection at a time, kept for as long as it may be."""

    def __init__(self, port: int, asking: Asking, tally: Tally) -> None:
        self._port = port
        self._asking = asking
        self._tally = tally
        self._line: tuple[StreamReader, StreamWriter] | None = None

    async def ask_on(self) -> None:
        while self._tally.next():
            ask = self._asking.draw()
            answer = await self._asked(ask)
            if ask.again is not None and self._tally.next():
                second = await self._asked(ask.again)
                if answer and second and answer.good and second.good and answer.body != second.body:
                    self._tally.accuse(ask, "done twice with one key")
        self._hang_up()

    async def _asked(self, ask: Ask) -> Answer | None:
        try:
            async with asyncio.timeout(PATIENCE if ask.leaves is None else ask.leaves):
                answer = await self._exchanged(ask)
        except TimeoutError:
            self._hang_up()
            self._tally.count("never answered" if ask.leaves is None else "left early")
            return None
        except (OSError, asyncio.IncompleteReadError):
            self._hang_up()
            self._tally.count(f"cut off ({ask.name})")
            return None
        self._tally.count(answer.outcome)
        self._tally.look(ask, answer)
        if b"\r\nconnection: close" in answer.head:
            self._hang_up()
        return answer

    async def _exchanged(self, ask: Ask) -> Answer:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self._port, limit=LIMIT)
        reader, writer = self._line
        writer.write(ask.wire)
        return await read(reader)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line[1].transport.abort()
        self._line = None


async def read(reader: StreamReader) -> Answer:
    """One answer of either framing; raises IncompleteReadError where it is cut off."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status, length = int(head[9:12]), _LENGTH.search(head)
    if length is not None:
        return Answer(status, head, await reader.readexactly(int(length[1])))
    body = b""
    while b"\r\ntransfer-encoding: chunked" in head:
        size = int(await reader.readuntil(b"\r\n"), 16)
        body += (await reader.readexactly(size + 2))[:-2]
        if not size:
            break
    return Answer(status, head, body)


async def crowd(port: int, connections: int, keys: tuple[str, ...], tally: Tally, chance: Random) -> None:
    asking = Asking(chance, keys)
    await asyncio.gather(*(Caller(port, asking, tally).ask_on() for _ in range(connections)))


def _text(tokens: "set[bytes] | frozenset[bytes]") -> str:
    return ", ".join(sorted(token.decode() for token in tokens))
