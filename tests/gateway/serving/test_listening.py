"""What is accepted has a limit to its patience, and there are never more connections than descriptors."""

import asyncio
import os
import resource
import socket

from gateway.serving.listening import MOST_CONNECTIONS, RESERVED, UNREAD_SECONDS, connections, listener
from tests.running import free_port


async def silent(scope: object, receive: object, send: object) -> None:
    await asyncio.sleep(60)


def test_who_never_reads_is_given_up_by_the_system() -> None:
    async def main() -> int:
        port = free_port()
        server = listener(silent, "127.0.0.1", port, None)
        serving = asyncio.create_task(server.serve())
        await asyncio.sleep(0.2)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        own = writer.get_extra_info("sockname")
        try:
            return await patience_toward(own)
        finally:
            writer.close()
            server.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait([serving], timeout=5)

    assert asyncio.run(main()) == UNREAD_SECONDS * 1000


async def patience_toward(peer: tuple[str, int]) -> int:
    """The option of that end of a connection which the server has accepted, in this same process."""
    for _ in range(100):
        for number in os.listdir("/proc/self/fd"):  # noqa: PTH208
            try:
                end = socket.socket(fileno=os.dup(int(number)))
            except OSError:
                continue
            with end:
                if end.family == socket.AF_INET and _peer(end) == peer:
                    return end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        await asyncio.sleep(0.02)
    raise AssertionError("nobody has accepted the connection")


def _peer(end: socket.socket) -> object:
    try:
        return end.getpeername()
    except OSError:
        return None


def test_each_connection_leaves_a_descriptor_for_one_toward_a_vendor() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)

    assert 1 <= connections() <= MOST_CONNECTIONS
    assert connections() == MOST_CONNECTIONS or 2 * connections() + RESERVED <= most
