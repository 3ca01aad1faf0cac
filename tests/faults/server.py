"""A vendor at its worst: a raw server that does what each path says, and remembers what it was sent, byte for byte."""

import asyncio
import contextlib
import ssl
import types
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Self

from tests.turns import settled


class Exchange:
    """One request at the server: what arrived, and the hands to answer with."""

    def __init__(
        self, vendor: "Vendor", head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.vendor = vendor
        self.head = head
        self.reader = reader
        self.writer = writer
        self.body = b""
        self.left = asyncio.Event()

    @property
    def line(self) -> bytes:
        return self.head.split(b"\r\n", 1)[0]

    @property
    def method(self) -> bytes:
        return self.line.split(b" ")[0]

    @property
    def target(self) -> bytes:
        return self.line.split(b" ")[1]

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """The header fields as they came, names in the sender's case."""
        pairs = (line.split(b":", 1) for line in self.head.split(b"\r\n")[1:] if line)
        return [(name, value.strip()) for name, value in pairs]

    def field(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.fields if key.lower() == name]

    async def read_body(self) -> bytes:
        """The request's body, to its end."""
        if self.field(b"transfer-encoding"):
            pieces = []
            while size := await self._chunk_size():
                pieces.append((await self.reader.readexactly(size + 2))[:-2])
            await self.reader.readexactly(2)
            self.body = b"".join(pieces)
        elif length := self.field(b"content-length"):
            self.body = await self.reader.readexactly(int(length[0]))
        return self.body

    async def _chunk_size(self) -> int:
        return int(await self.reader.readuntil(b"\r\n"), 16)

    async def write(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)  # drain does not always give way to others

    async def answer(
        self, body: bytes = b"ok", status: bytes = b"200 OK", fields: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        """A decent answer with its length."""
        lines = [b"HTTP/1.1 " + status, *(name + b": " + value for name, value in fields)]
        lines.append(b"Content-Length: %d" % len(body))
        await self.write(b"\r\n".join(lines) + b"\r\n\r\n" + (b"" if self.method == b"HEAD" else body))

    async def gone(self) -> None:
        """Returns when the client has closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass

    def hang_up(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Ends the connection with a reset instead of a goodbye."""
        self.writer.transport.abort()


Case = Callable[[Exchange], Awaitable[None]]


class Vendor:
    """The server; `cases` tells what each first path segment does.

    `seen` are the requests whose head arrived, `connections` all that were ever accepted, `open` those still open.
    """

    def __init__(self, cases: Mapping[str, Case], *, tls: ssl.SSLContext | None = None) -> None:
        self._cases = cases
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.seen: list[Exchange] = []
        self.connections = 0
        self.written = 0
        self.port = 0
        self.moved = asyncio.Event()
        self.gate = asyncio.Event()

    @property
    def open(self) -> int:
        return len(self._tasks)

    def url(self, path: str = "", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | types.TracebackType | None) -> None:
        await settled()
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed last is let go

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.close())  # also when it is cancelled before its first step

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                await self._exchange(Exchange(self, await reader.readuntil(b"\r\n\r\n"), reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _exchange(self, exchange: Exchange) -> None:
        self.seen.append(exchange)
        self.moved.set()
        name = exchange.target.decode("latin-1").split("?")[0].split("/")[1]
        try:
            await self._cases.get(name, echo)(exchange)
        except (asyncio.IncompleteReadError, ConnectionError):
            exchange.hang_up()
        finally:
            exchange.left.set()

    async def saw(self, count: int = 1) -> Exchange:
        """Waits until so many requests have arrived; gives the last of them."""
        while len(self.seen) < count:
            self.moved.clear()
            await self.moved.wait()
        return self.seen[count - 1]


async def echo(exchange: Exchange) -> None:
    """The whole request head comes back as the body."""
    await exchange.read_body()
    await exchange.answer(exchange.head)
