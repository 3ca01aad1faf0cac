"""The supervisor's end of the hub: a Memory, asked by the workers over a socket that nobody else can open."""

import asyncio
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway.shared import Pace
from gateway.sharing.frames import ANSWERED, PUSHED, REFUSED, framed, frames
from gateway.sharing.line import MOST_UNSENT, Nonsense
from gateway.sharing.memory import Memory

PIECE = 64 * 1024


class Host:
    """Serves in a thread with an event loop of its own, from `start` to `stop`; `path` is its socket.

    `folder` has to be for nobody but us; without one it makes its own.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._own = folder is None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="gateway-"))
        self.path = str(self._folder / "hub")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self.path)
        Path(self.path).chmod(0o600)
        self._memory = Memory(time.monotonic, alone=False)
        self._methods = _methods(self._memory)
        self._workers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        if self._own:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are the main thread's
        try:
            asyncio.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_unix_server(self._accept, sock=self._socket)
        self._ready.set()
        async with server:
            await self._stop.wait()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._attend(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decode = frames()
        self._workers.add(writer)
        try:
            while data := await reader.read(PIECE):
                for question in decode(data):
                    _send(writer, await self._answer(question, writer))
        except (ConnectionError, Nonsense):
            return
        finally:
            self._workers.discard(writer)
            writer.transport.abort()

    async def _answer(self, question: Any, asking: asyncio.StreamWriter) -> object:
        """In the order of the questions; whatever it cannot understand is refused, and the next may be better."""
        try:
            match question:
                case ["tell", channel, message]:
                    self._tell((PUSHED, (channel, message)), asking)
                    return (ANSWERED, None)
                case [method, *values]:
                    return (ANSWERED, await self._methods[method](*values))
        except (KeyError, TypeError, ValueError):
            return (REFUSED,)
        return (REFUSED,)

    def _tell(self, told: object, asking: asyncio.StreamWriter) -> None:
        for worker in list(self._workers):
            if worker is not asking:
                _send(worker, told)


def _send(worker: asyncio.StreamWriter, answer: object) -> None:
    """One that stands still is let go, before what it does not read fills this process."""
    if worker.transport.get_write_buffer_size() > MOST_UNSENT:
        worker.transport.abort()
    else:
        worker.write(framed(answer))


def _methods(memory: Memory) -> Mapping[str, Callable[..., Awaitable[object]]]:
    async def echo(value: object) -> object:
        return value

    async def put(name: str, value: bytes, seconds: float, absent: bool) -> bool:
        return await memory.put(name, value, seconds, absent=absent)

    async def take(name: str, pace: object, most: int, least: int | None) -> object:
        return await memory.take(name, msgspec.convert(pace, Pace), most, least)

    async def give_back(name: str, pace: object, amount: int) -> None:
        await memory.give_back(name, msgspec.convert(pace, Pace), amount)

    same = {method.__name__: method for method in (memory.get, memory.drop, memory.claim, memory.release, memory.add)}
    return {**same, "echo": echo, "put": put, "take": take, "give_back": give_back}
