"""Who may do a write now, and what became of it: agreed on with the other processes, and decided alone without them.

A key has two things in the shared state: a record, which lasts, and a place for one who runs, which expires soon after
its deadline. A record that says `begun` while nobody runs is of a write whose outcome nobody knows: the process that
ran it was killed, or the vendor never answered.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Coroutine
from typing import Any

import msgspec

from gateway import Kit, NotShared
from gateway_policies.idempotency_drawer import Drawer
from gateway_policies.idempotency_keys import Asked
from gateway_policies.idempotency_records import Record, Sealer


class Turn(msgspec.Struct, frozen=True):
    """The right to do a write: `name` is the key's, `owner` unlike any other's.

    It lasts `seconds`; what is known of it afterwards for `window`. Who is `repeatable` may have it again.
    """

    name: str
    print: bytes
    owner: str
    seconds: float
    window: float
    repeatable: bool

    def again(self, known: Record) -> bool:
        """Whether it may be done once more: its outcome is not known, and doing it twice does no harm."""
        return self.repeatable and known.state == "begun" and known.print in {None, self.print}


class Running(msgspec.Struct, frozen=True):
    """Somebody is doing it; `print` is of his request, None where that is not to be learned."""

    print: bytes | None


class Ledger:
    """One for the process. What the others cannot be told is known here: a repeat that comes here gets its answer."""

    def __init__(self, kit: Kit, drawer: Drawer | None = None) -> None:
        self._shared = kit.shared
        self._now = kit.now
        self._sealer = Sealer(kit.secret)
        self._drawer = drawer or Drawer(kit.clock)
        self._running: dict[str, bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()  # the loop alone would not keep a task alive

    async def begin(self, asked: Asked, *, seconds: float, window: float, repeatable: bool) -> Turn | Running | Record:
        """A Turn for whoever may do it now, for so many seconds; else what is known of the one before."""
        if asked.name in self._running:
            return Running(self._running[asked.name])
        turn = Turn(asked.name, asked.print, secrets.token_hex(8), seconds, window, repeatable)
        known = self._drawer.get(asked.name)
        if known is not None and not turn.again(known):
            return known
        self._running[asked.name] = asked.print
        found = None if self._shared.alone else await self._asked(turn)
        if found is None:
            self._keep(turn.name, self._record(turn))
            return turn
        del self._running[turn.name]
        if isinstance(found, Record):
            self._keep(turn.name, found)
        return found

    async def end(self, turn: Turn, record: Record | None) -> None:
        """Writes down what came of it; None frees the key. A caller who is cancelled meanwhile does not stop it."""
        task = self.leave(turn, record)
        if task is not None:
            await asyncio.shield(task)

    def leave(self, turn: Turn, record: Record | None) -> "asyncio.Task[None] | None":
        """As `end`, without waiting until the others know."""
        del self._running[turn.name]
        if record is None:
            self._drawer.drop(turn.name)
        else:
            record = msgspec.structs.replace(record, until=self._now() + turn.window)
            self._keep(turn.name, record)
        return None if self._shared.alone else self._later(self._told(turn, record))

    async def _asked(self, turn: Turn) -> Running | Record | None:
        """What the others know; None where the turn is ours, also for want of an answer."""
        asking = asyncio.get_running_loop().create_task(self._agreed(turn))
        try:
            return await asyncio.shield(asking)
        except NotShared:
            return None
        except asyncio.CancelledError:
            del self._running[turn.name]
            self._later(self._undone(turn, asking))
            raise

    async def _agreed(self, turn: Turn) -> Running | Record | None:
        if not await self._shared.claim(_place(turn), turn.owner, turn.seconds):
            record = await self._read(turn.name)
            return Running(None if record is None else record.print)
        begun, lasts = self._sealer.sealed(turn.name, self._record(turn)), turn.seconds + turn.window
        if await self._shared.put(turn.name, begun, lasts, absent=True):
            return None
        record = await self._read(turn.name)
        if record is None or turn.again(record):
            return None
        await self._shared.release(_place(turn), turn.owner)
        return record

    async def _undone(self, turn: Turn, asking: "asyncio.Task[Running | Record | None]") -> None:
        """The caller left before anything was done: if the turn became ours, nobody has it now."""
        if await asking is None:
            await self._told(turn, None)

    async def _told(self, turn: Turn, record: Record | None) -> None:
        if record is None:
            await self._shared.drop(turn.name)
        elif record.state != "begun":
            await self._written(turn, record)
        await self._shared.release(_place(turn), turn.owner)

    async def _written(self, turn: Turn, record: Record) -> None:
        try:
            await self._shared.put(turn.name, self._sealer.sealed(turn.name, record), turn.window)
        except NotShared:  # perhaps since it is too large to be shared: that it was done is not
            spent = Record("spent", record.print, record.until)
            await self._shared.put(turn.name, self._sealer.sealed(turn.name, spent), turn.window)

    async def _read(self, name: str) -> Record | None:
        sealed = await self._shared.get(name)
        return None if sealed is None else self._sealer.opened(name, sealed)

    def _record(self, turn: Turn) -> Record:
        return Record("begun", turn.print, self._now() + turn.seconds + turn.window)

    def _keep(self, name: str, record: Record) -> None:
        seconds = record.until - self._now()
        if seconds > 0:
            self._drawer.put(name, record, seconds)

    def _later(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    """Where the others cannot be told, a place expires by itself, and a record stays what it was."""
    with contextlib.suppress(NotShared):
        await work


def _place(turn: Turn) -> str:
    return turn.name + "/running"
