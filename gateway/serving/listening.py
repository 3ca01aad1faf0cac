"""Sockets that callers connect to: how many, how patient, and what a slow one may cost."""

import fcntl
import resource
import socket
import sys
from pathlib import Path
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

HEAD_SECONDS = 10
"""How long a client may take for its request line and header fields."""
HEAD_BYTES = 64 * 1024
UNREAD_SECONDS = 30
"""How long a client may leave what was sent to it unread, or unacknowledged."""
BACKLOG = 2_048
MOST_CONNECTIONS = 16_384
RESERVED = 64
"""Descriptors for everything else: files, logs, other listeners, the loop's own."""


def listener(app: Any, host: str, port: int, tls: tuple[Path, Path] | None) -> Server:
    """A server for `app`; what it accepts beyond its number of connections waits in the system's queue."""
    cert, key = tls or (None, None)
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=connections(),
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
        log_enabled=False,
        ssl_cert=cert,
        ssl_key=key,
    )
    if sys.platform == "linux":  # elsewhere who never reads keeps its connection for as long as it likes
        server.on_startup(lambda: _take_socket(server, host, port))
    return server


def connections() -> int:
    """As many as there are descriptors for, since each may need another one toward a vendor."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, (most - RESERVED) // 2))


def _take_socket(server: Server, host: str, port: int) -> None:
    """Puts a socket with our options in the place of granian's own; what is accepted inherits them.

    Its number is above those of all connections: of a process that is killed, Linux closes the highest first, and who
    loses a connection and comes back at once must not be accepted by the dead again.
    """
    own = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        own.setsockopt(socket.SOL_SOCKET, option, 1)
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    own.bind((host, port))
    highest = fcntl.fcntl(own, fcntl.F_DUPFD_CLOEXEC, 2 * connections())
    own.close()
    server._ssp, server._shd = None, SocketHolder(highest, False, BACKLOG)  # type: ignore[call-arg,assignment]  # its stub is older
