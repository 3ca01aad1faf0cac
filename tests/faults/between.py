"""Stands between the gateway and a server: passes bytes on, late, in part or not at all, as a broken network does."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PIECE = 64 * 1024


class Between:
    """A proxy of sockets in a thread of its own; `port` is where it listens.

    `hole` swallows what comes from either side, and connections stay; `let` is how many bytes of the server's still
    come through a hole, for one in the middle of an answer; `delay` seconds pass before each piece goes on.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._ways: set[asyncio.Task[None]] = set()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self.hole = False
        self.delay = 0.0
        self.let = 0
        self.swallowed = 0
        self.port = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def cut(self) -> None:
        """Ends all connections that there are; new ones are as before."""
        self._loop.call_soon_threadsafe(lambda: [way.cancel() for way in self._ways])

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for way in self._ways:
            way.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)

    async def _accept(self, near: asyncio.StreamReader, toward: asyncio.StreamWriter) -> None:
        way = asyncio.ensure_future(self._both(near, toward))
        self._ways.add(way)
        way.add_done_callback(self._ways.discard)

    async def _both(self, near: asyncio.StreamReader, toward: asyncio.StreamWriter) -> None:
        away: asyncio.StreamWriter | None = None
        try:
            far, away = await asyncio.open_connection("127.0.0.1", self._target)
            there = asyncio.ensure_future(self._pass(near, away, answers=False))
            back = asyncio.ensure_future(self._pass(far, toward, answers=True))
            try:
                await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
        except OSError:
            pass
        finally:
            for writer in filter(None, (toward, away)):
                writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self.hole:
                    whole, piece = len(piece), piece[: self.let] if answers else b""
                    self.let -= len(piece)
                    self.swallowed += whole - len(piece)
                writer.write(piece)
                await writer.drain()


@contextmanager
def between(target: int) -> Iterator[Between]:
    proxy = Between(target)
    try:
        yield proxy
    finally:
        proxy.end()


@contextmanager
def nobody_accepts() -> Iterator[int]:
    """A port whose queue is full: whoever connects hears nothing at all, as from an address that is dropped."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port: int = server.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port
