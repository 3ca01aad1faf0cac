"""Who fetches for all processes: one has the turn, the others wait for a while for what he brings."""

import asyncio
import secrets
from contextlib import suppress

import msgspec

from gateway import NotShared, Shared

LEASE = 10.0
"""Seconds for which a process may fetch for all; one that takes longer, or died, is not waited for."""
LOOK = 0.5
"""Seconds between two looks for an answer that another process fetches, should the news of it be lost."""
CHANNEL = "cache/fetched"


class Fetched(msgspec.Struct, frozen=True, array_like=True):
    """A turn has ended; `kept` tells whether others can have what it brought."""

    name: str
    kept: bool


class Turns:
    """Those that this process has or waits for."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self._me = secrets.token_hex(4)
        self._count = 0
        self._waiting: dict[str, set[Turn]] = {}
        self._deaf = shared.listen(CHANNEL, self._heard)

    def stop(self) -> None:
        self._deaf()

    def turn(self, name: str) -> "Turn":
        """A wish to fetch what has this name; `leave` ends it."""
        self._count += 1
        turn = Turn(self, name, f"{self._me}/{self._count}")
        self._waiting.setdefault(name, set()).add(turn)
        return turn

    def forget(self, turn: "Turn") -> None:
        waiting = self._waiting.get(turn.name, set())
        waiting.discard(turn)
        if not waiting:
            self._waiting.pop(turn.name, None)

    def _heard(self, message: bytes | None) -> None:
        if message is None:
            return  # whoever waits looks before long
        try:
            news = msgspec.msgpack.decode(message, type=Fetched)
        except msgspec.DecodeError:
            return  # another version of the gateway
        for turn in self._waiting.get(news.name, ()):
            turn.heard(kept=news.kept)


class Turn:
    """`taken` where it is this process's to fetch; `over` where another has fetched what cannot be shared."""

    __slots__ = ("_asking", "_looking", "_owner", "_turns", "name", "over", "taken")

    def __init__(self, turns: Turns, name: str, owner: str) -> None:
        self.name = name
        self.taken = False
        self.over = False
        self._turns = turns
        self._owner = owner
        self._asking = False
        self._looking = asyncio.Event()

    async def take(self) -> bool:
        """Also where nobody can tell."""
        self._asking = True  # whoever is cancelled meanwhile may have got it
        try:
            self.taken = await self._turns.shared.claim(self._place, self._owner, LEASE)
        except NotShared:
            self.taken = True
        self._asking = False
        return self.taken

    async def wait(self) -> None:
        """Until another has fetched, or for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._looking.wait()
        self._looking.clear()

    def heard(self, *, kept: bool) -> None:
        self.over = not kept
        self._looking.set()

    @property
    def ends(self) -> bool:
        """Whether there is something to give back or to tell."""
        return self.taken or self._asking

    def leave(self) -> None:
        """Waits no more; `end` gives back what it may have."""
        self._turns.forget(self)

    async def end(self, *, kept: bool) -> None:
        """Lets the others look, or fetch themselves."""
        shared = self._turns.shared
        if self.ends:
            with suppress(NotShared):
                await shared.release(self._place, self._owner)
        if self.taken:
            shared.tell(CHANNEL, msgspec.msgpack.encode(Fetched(self.name, kept)))

    @property
    def _place(self) -> str:
        return f"cache/flight/{self.name}"
