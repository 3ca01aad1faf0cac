"""Names looked up in threads that nobody waits for: a silent name server can hold one for a minute."""

import asyncio
import contextlib
import socket
import threading
from typing import Any

from gateway.upstream.resolve import Addresses


async def lookup(host: str) -> Addresses:
    """As the system does it; raises OSError where there is no address."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Addresses] = loop.create_future()

    def settle(found: Any) -> None:
        if answer.done():  # nobody waits any more
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(tuple(dict.fromkeys(str(address[0]) for *_, address in found)))

    def look() -> None:
        found: Any
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found = error
        with contextlib.suppress(RuntimeError):  # the loop has ended before the name server spoke
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look, daemon=True).start()
    return await answer
