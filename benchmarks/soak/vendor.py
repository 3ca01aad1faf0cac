"""A vendor that misbehaves in known shares and says whose answer is whose: `python -m benchmarks.soak.vendor PORT`.

Below /calm it seldom fails, below /shaky often. `GET /told` tells what it did so far.
"""

import asyncio
import contextlib
import re
import socket
import struct
import sys
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from random import Random

import msgspec
import uvloop

HEAD = 64 * 1024
PATIENCE = 2.0
"""Seconds for which it says nothing, where that is what it does; the gateway has given up long before."""
RESET = struct.pack("ii", 1, 0)
"""A socket that lingers for no time at all is not closed but reset."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_MARK = re.compile(rb"\r\nx-mark: *([!-~]+)", re.IGNORECASE)
_TAG = re.compile(rb"\r\nif-none-match: *([!-~]+)", re.IGNORECASE)


class Exchange(msgspec.Struct, frozen=True):
    """One request, and where its answer goes; `number` is unlike any other's."""

    path: str
    head: bytes
    number: int
    chance: Random
    writer: StreamWriter

    @property
    def echo(self) -> dict[str, object]:
        """What is said to whom: the caller's mark, and the page that was asked for."""
        mark = _MARK.search(self.head)
        page = self.path.rpartition("/")[2]
        said = {"mark": mark[1].decode() if mark else "", "page": f"page-{page}", "number": self.number}
        return said | {"filler": "x" * (200_000 if self.number % 997 == 0 else self.number % 997)}

    def send(self, status: str, body: object, *fields: str, cut: int | None = None) -> None:
        """With `cut`, so many bytes less of the body than are announced."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Content-Type: application/json"]
        head += ["Set-Cookie: vendor=mark-of-nobody", *fields]
        self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + content[: None if cut is None else -cut])

    def reset(self) -> None:
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()


async def good(exchange: Exchange) -> None:
    if "/kept/" not in exchange.path:
        exchange.send("200 OK", exchange.echo)
        return
    mark, given = _MARK.search(exchange.head), _TAG.search(exchange.head)
    tag = f'"{mark[1].decode() if mark else ""}-{exchange.path}"'
    fields = (f"ETag: {tag}", "Cache-Control: max-age=1", "Vary: X-Mark")
    if given is not None and given[1] == tag.encode():
        exchange.writer.write("\r\n".join(["HTTP/1.1 304 Not Modified", *fields, "", ""]).encode())
    else:
        exchange.send("200 OK", exchange.echo, *fields)


async def slow(exchange: Exchange) -> None:
    await asyncio.sleep(exchange.chance.random() * 0.15)
    await good(exchange)


async def silent(exchange: Exchange) -> None:
    await asyncio.sleep(PATIENCE)
    exchange.reset()


async def dripping(exchange: Exchange) -> None:
    """A byte now and then, for longer than anybody waits."""
    exchange.send("200 OK", b" " * 100, cut=99)
    for _ in range(20):
        await asyncio.sleep(PATIENCE / 20)
        exchange.writer.write(b" ")
        await exchange.writer.drain()
    exchange.reset()


async def reset_before(exchange: Exchange) -> None:
    exchange.reset()


async def reset_after(exchange: Exchange) -> None:
    exchange.send("200 OK", exchange.echo, cut=10)
    await exchange.writer.drain()
    await asyncio.sleep(0.002)
    exchange.reset()


async def hanging_up(exchange: Exchange) -> None:
    exchange.writer.close()


async def nonsense(exchange: Exchange) -> None:
    exchange.writer.write(b"HTTP/1.1 two hundred\r\n\r\n")
    exchange.writer.close()


def refusing(status: str, *fields: str) -> Callable[[Exchange], Awaitable[None]]:
    async def refused(exchange: Exchange) -> None:
        exchange.send(status, {"error": status}, *fields)

    return refused


async def other_shape(exchange: Exchange) -> None:
    exchange.send("200 OK", {"mark": 7, "page": [exchange.echo]})


async def not_json(exchange: Exchange) -> None:
    exchange.send("200 OK", b"<p>%s</p>" % msgspec.json.encode(exchange.echo))


Way = Callable[[Exchange], Awaitable[None]]
FAULTS: Mapping[str, tuple[Way, float]] = {
    "slow": (slow, 4),
    "silent": (silent, 0.5),
    "dripping": (dripping, 0.5),
    "reset before the head": (reset_before, 1),
    "reset after the head": (reset_after, 1),
    "hanging up": (hanging_up, 1),
    "nonsense": (nonsense, 0.5),
    "500": (refusing("500 Internal Server Error"), 1),
    "503": (refusing("503 Service Unavailable"), 1),
    "503, again in 1 s": (refusing("503 Service Unavailable", "Retry-After: 1"), 0.03),
    "429": (refusing("429 Too Many Requests"), 0.1),
    "429, again in 1 s": (refusing("429 Too Many Requests", "Retry-After: 1"), 0.03),
    "404": (refusing("404 Not Found"), 1),
    "403": (refusing("403 Forbidden"), 0.5),
    "other shape": (other_shape, 1),
    "not JSON": (not_json, 0.5),
}
"""How it misbehaves, and in how many of a hundred requests below /shaky."""
CALM = 0.2
"""Below /calm it is so many times as often."""


class Vendor:
    """`told` counts what it did."""

    def __init__(self, chance: Random) -> None:
        self.told: Counter[str] = Counter()
        self._chance = chance
        self._asked = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                await self._answer(head, writer)
                await writer.drain()
        writer.close()

    async def _answer(self, head: bytes, writer: StreamWriter) -> None:
        self._asked += 1
        path = head.split(b" ", 2)[1].partition(b"?")[0].decode()
        exchange = Exchange(path, head, self._asked, self._chance, writer)
        if path == "/told":
            exchange.send("200 OK", self.told)
            return
        name, way = self._drawn(CALM if path.startswith("/calm") else 1.0)
        self.told[name] += 1
        await way(exchange)

    def _drawn(self, factor: float) -> tuple[str, Way]:
        point = self._chance.random() * 100 / factor
        for name, (way, share) in FAULTS.items():
            point -= share
            if point < 0:
                return name, way
        return "good", good


async def main(port: int) -> None:
    vendor = Vendor(Random(port))
    async with await asyncio.start_server(vendor.serve, "127.0.0.1", port, limit=HEAD, backlog=1024) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
