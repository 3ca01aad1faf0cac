"""Signals as a stream that is read in order: a handler that did the work itself could meet it half done."""

import contextlib
import select
import signal
import socket
from collections.abc import Iterable, Iterator
from types import FrameType

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
HELD_BACK = STOPPING | {signal.SIGHUP}
"""What a worker is born deaf to: it hears them when it can act on them, and none is lost in between."""

SAME_ORDER = 0.5
"""Seconds in which a signal says nothing new: some tell a process, and then its whole group once more."""


class Signals:
    """Hears `numbers` from now on, whichever thread the system gives them to; one that comes early waits."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._ear, mouth = socket.socketpair()
        self._ear.setblocking(False)
        mouth.setblocking(False)
        self._mouth = mouth
        signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, _noted)

    def heard(self, seconds: float | None) -> list[int]:
        """What came since it was last asked, each as often as it came; waits so long where nothing did."""
        select.select([self._ear], [], [], seconds)
        try:
            return list(self._ear.recv(4096))
        except BlockingIOError:
            return []


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """A process that is started inside is born deaf to HELD_BACK; to us they come when this ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)


def _noted(number: int, _: FrameType | None) -> None:
    """The number itself goes through the wakeup descriptor."""
