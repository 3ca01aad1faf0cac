"""A simulator on a loopback port of its own: in the running loop, or in a thread for tests without one."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress

from tests.simulators.control import CONTROL_PATH, control
from tests.simulators.script import Fault
from tests.simulators.simulator import Simulator, respond
from tests.simulators.wire import HEAD_LIMIT, Answer, MalformedRequestError, Request, read_request
from tests.turns import settled

HOST = "127.0.0.1"
# SO_LINGER on with zero seconds: closing sends RST, which is what a client sees when a vendor's process dies.
LINGER_NOT = struct.pack("ii", 1, 0)


@asynccontextmanager
async def serve(simulator: Simulator, port: int = 0) -> AsyncIterator[str]:
    """Run in this loop; yields the base URL. On leaving, every connection is closed and no task stays behind."""
    connections: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_converse(simulator, reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accept, HOST, port, limit=HEAD_LIMIT)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}{simulator.base_path}"
    finally:
        await settled()
        server.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


@contextmanager
def serve_in_thread(simulator: Simulator, port: int = 0) -> Iterator[str]:
    """Run in a thread with a loop of its own; yields the base URL."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        try:
            async with serve(simulator, port) as url:
                stop = asyncio.Event()
                ready.set_result((url, asyncio.get_running_loop(), stop))
                await stop.wait()
        except OSError as exc:
            ready.set_exception(exc)  # a taken port belongs to the test that asked for it, not to this thread

    thread = threading.Thread(target=lambda: asyncio.run(run()), name=f"simulator-{simulator.name}", daemon=True)
    thread.start()
    try:
        url, loop, stop = ready.result()
    except OSError:
        thread.join()
        raise
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _converse(simulator: Simulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, request after request, until either side ends it."""
    try:
        while (request := await read_request(reader, writer)) is not None:
            if not await _exchange(simulator, request, writer):
                break
    except MalformedRequestError:
        await _write(writer, b"".join(Answer(status=400).encode(close=True)))
    except (ConnectionError, asyncio.LimitOverrunError):
        pass  # the client left, or talks something else: nothing to answer
    except asyncio.CancelledError:
        writer.transport.abort()  # what is still unsent must not hold up the end of a test
        raise
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _exchange(simulator: Simulator, request: Request, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; False when the connection is over."""
    if request.path.startswith(CONTROL_PATH):
        await _write(writer, b"".join(control(simulator, request).encode()))
        return request.wants_keep_alive
    simulator.received.append(request)
    fault = simulator.script.take(request)
    if fault is not None:
        return await _misbehave(fault, simulator, request, writer)
    answer = respond(simulator, request)
    close = not request.wants_keep_alive
    await _write(writer, b"".join(answer.encode(head_only=request.method == "HEAD", close=close)))
    return not close


async def _misbehave(fault: Fault, simulator: Simulator, request: Request, writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(fault.delay)
    if fault.reset == "before":
        return _abort(writer)
    if fault.raw is not None:
        await _write(writer, fault.raw)
        return False
    answer = (fault.answer or respond(simulator, request)).with_headers(fault.headers)
    if fault.reset == "after":
        return _abort(writer)
    head, body = answer.encode(head_only=request.method == "HEAD", close=not request.wants_keep_alive)
    if fault.reset == "midway" or fault.partial:
        await _write(writer, head + body[: len(body) // 2] if body else head[: len(head) // 2])
        return _abort(writer) if fault.reset else False
    if fault.stall:
        await _write(writer, head)
        await asyncio.sleep(fault.stall)
        head = b""
    await _write(writer, head + body)
    return request.wants_keep_alive


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def _abort(writer: asyncio.StreamWriter) -> bool:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()
    return False
