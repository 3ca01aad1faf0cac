"""What the processes of one gateway know together: workers on one machine, replicas on many.

Every decision is made in the process that has to decide; what is here only carries what others must know. Whoever asks
is answered or refused (NotShared) within a bounded time, and then decides alone.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

Heard = Callable[[bytes | None], None]
"""Told each message of a channel; None where some may have been missed, after the way to the others was lost."""


class NotShared(Exception):
    """The others cannot be asked at the moment."""


class Pace(msgspec.Struct, frozen=True):
    """How much of something there is (GCRA): `amount` in `per` seconds, of which `burst` may be taken at once."""

    amount: int
    per: float
    burst: int


class Taken(msgspec.Struct, frozen=True):
    """What came of a taking: how much was granted, how much is left at once, and seconds until one more is there."""

    granted: int
    remaining: int
    seconds: float


class Shared(Protocol):
    """Names in, bytes out; every method but `tell` and `listen` may raise NotShared.

    A name begins with what it belongs to (`quota/…`, `cache/…`). Times are in seconds; what is put or claimed is gone
    after its `seconds`, since its owner may be dead by then.
    """

    @property
    def alone(self) -> bool:
        """Whether this process is all there is: what it keeps in its own memory is then the whole truth."""
        ...

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        """Whether it is put; with `absent` only where there is nothing under the name yet."""
        ...

    async def drop(self, name: str) -> None: ...

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        """Whether `owner` has one of the places now; who has one already keeps it for another `seconds`."""
        ...

    async def release(self, name: str, owner: str) -> None:
        """Gives the owner's place back, if it has one."""
        ...

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        """Takes as much as there is, at most `most`; nothing where that were less than `least` (`most` if left out)."""
        ...

    async def give_back(self, name: str, pace: Pace, amount: int) -> None:
        """Returns what was taken and not used."""
        ...

    async def add(self, name: str, amount: int, seconds: float) -> int:
        """Adds to a number, 0 at first, and tells what it comes to."""
        ...

    def tell(self, channel: str, message: bytes) -> None:
        """To everybody who listens, this process included; nobody waits, and a message may be lost."""
        ...

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        """Calls `heard` for each message, in the event loop, until what is returned is called.

        Where it is a method, its object is not kept alive by this: once it is gone, that is the end too.
        """
        ...
