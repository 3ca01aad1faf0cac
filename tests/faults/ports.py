"""Addresses of this machine where nothing good happens: refused, and never accepted."""

import contextlib
import socket
from collections.abc import Iterator

from tests.running import free_port


def refused() -> int:
    """A port on which nobody listens."""
    return free_port()


@contextlib.contextmanager
def unanswered() -> Iterator[int]:
    """A port whose queue of new connections is full: a handshake hangs, as with a host that drops packets."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        port: int = listener.getsockname()[1]
        yield port
