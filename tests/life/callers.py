"""Callers without a pause, who behave as clients should, and remember what became of every request."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse

from tests.running import Running


class Callers:
    """`answered` by status; `lost` are requests that were sent and have no whole answer, `unreachable` never began."""

    def __init__(self) -> None:
        self.answered: Counter[int] = Counter()
        self.versions: Counter[str] = Counter()
        self.lost: list[Exception] = []
        self.unreachable = 0
        self.stop = threading.Event()

    def ask(self, gateway: Running, path: str, *, leave_when_told: bool) -> None:
        """With `leave_when_told` a caller goes elsewhere for good once it is told that the gateway is going."""
        connection: HTTPConnection | None = None
        while not self.stop.is_set():
            connection = connection or self._connected(gateway)
            if connection is None:
                continue
            told = self._once(connection, path)
            if told:
                connection.close()
                connection = None
                if leave_when_told:
                    return
        if connection is not None:
            connection.close()

    def _connected(self, gateway: Running) -> HTTPConnection | None:
        connection = HTTPConnection(gateway.url.removeprefix("http://"), timeout=30)
        try:
            connection.connect()
        except OSError:
            self.unreachable += 1
            self.stop.wait(0.01)
            return None
        return connection

    def _once(self, connection: HTTPConnection, path: str) -> bool:
        """Whether this connection has to end."""
        try:
            connection.request("GET", path, headers={"Cache-Control": "no-store"})
            reply = connection.getresponse()
            body = reply.read()
        except (OSError, HTTPException) as lost:
            self.lost.append(lost)
            return True
        self._note(reply, body)
        return reply.getheader("connection") == "close"

    def _note(self, reply: HTTPResponse, body: bytes) -> None:
        self.answered[reply.status] += 1
        self.versions[reply.getheader("x-version", "")] += 1


@contextmanager
def calling(gateway: Running, *paths: str, each: int = 2, leave_when_told: bool = False) -> Iterator[Callers]:
    """`each` callers for each path, until this ends."""
    callers = Callers()
    threads = [
        threading.Thread(target=callers.ask, args=(gateway, path), kwargs={"leave_when_told": leave_when_told})
        for path in paths
        for _ in range(each)
    ]
    for thread in threads:
        thread.start()
    try:
        yield callers
    finally:
        callers.stop.set()
        for thread in threads:
            thread.join()


def status(gateway: Running, path: str) -> int | None:
    """On a connection of its own; None where nobody listens."""
    with closing(HTTPConnection(gateway.url.removeprefix("http://"), timeout=30)) as connection:
        with suppress(OSError, HTTPException):
            connection.request("GET", path)
            reply = connection.getresponse()
            reply.read()
            return reply.status
        return None
