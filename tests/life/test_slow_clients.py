"""Clients that send or read by the drop hold up nobody, and not for ever."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.life.callers import calling
from tests.life.world import QUICK, living
from tests.running import eventually
from tests.wire.sockets import connected
from tests.wire.vendors import Wire

HEAD = b"GET /api/v1/crm/quick HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def test_who_sends_its_head_by_the_drop_holds_up_nobody(tmp_path: Path) -> None:
    slowly(tmp_path, 300)


def slowly(folder: Path, count: int) -> None:
    with living(folder) as wire, dripping(wire, count), calling(wire.gateway, QUICK, each=4) as callers:
        eventually(lambda: callers.answered.total() > 500, 30)
        assert (callers.lost, callers.unreachable, set(callers.answered)) == ([], 0, {200})


@contextmanager
def dripping(wire: Wire, count: int) -> Iterator[None]:
    """So many clients, each of which sends a letter of its head every now and then."""
    stop = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(wire.port)) for _ in range(count)]

        def drip() -> None:
            while not stop.wait(0.5):
                for client in clients:
                    _send(client, b"x")

        for client in clients:
            client.sendall(HEAD)
        thread = threading.Thread(target=drip)
        thread.start()
        yield
        stop.set()
        thread.join()


def _send(client: socket.socket, letter: bytes) -> None:
    try:
        client.sendall(letter)
    except OSError:
        return  # it was given up, as it should be
