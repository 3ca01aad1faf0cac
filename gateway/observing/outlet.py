"""Lines on their way out of the process, by a thread of their own: whoever reads them slowly holds up no request."""

import os
import threading
from collections import deque
from collections.abc import Sequence

MOST = 50_000
"""So many lines may wait; of more the oldest are dropped, and the next line that is written says how many."""
ENDING = 1.0
"""Seconds that the last lines have, where nobody seems to read them."""
_AT_ONCE = 4096
"""Bytes that reach a pipe as a whole (PIPE_BUF), so that the lines of several workers do not mix."""


class Outlet:
    """Writes lines to a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._some = threading.Condition()
        self._thread: threading.Thread | None = None
        self._dropped = 0
        self._ending = False

    def write(self, lines: Sequence[bytes]) -> None:
        """Each without its end. Returns at once."""
        with self._some:
            self._waiting.extend(lines)
            while len(self._waiting) > MOST:
                self._waiting.popleft()
                self._dropped += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="lines", daemon=True)
                self._thread.start()
            self._some.notify()

    def stop(self) -> None:
        """Waits for what is on its way, for ENDING seconds at most."""
        with self._some:
            self._ending = True
            self._some.notify()
        if self._thread is not None:
            self._thread.join(ENDING)

    def _work(self) -> None:
        while (chunk := self._next()) is not None:
            try:
                os.write(self._descriptor, chunk)
            except OSError:  # nobody reads any more, or the disk is full: a line is lost, no request
                continue

    def _next(self) -> bytes | None:
        """Whole lines, as many as arrive together; None once there are none left and none will come."""
        with self._some:
            self._some.wait_for(lambda: self._waiting or self._ending)
            chunk = bytearray()
            if self._dropped:
                chunk += b'{"level":"error","event":"lines.dropped","lines":%d}\n' % self._dropped
                self._dropped = 0
            while self._waiting and (not chunk or len(chunk) + len(self._waiting[0]) < _AT_ONCE):
                chunk += self._waiting.popleft() + b"\n"
            return bytes(chunk) or None
