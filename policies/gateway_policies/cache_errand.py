"""One fetch as the other processes see it: it may be theirs already, or be waited for, or is for this process to do."""

from gateway_policies.cache_fields import Asked
from gateway_policies.cache_second import LARGEST_SHARED, Second
from gateway_policies.cache_store import Entry, Landed
from gateway_policies.cache_turns import LEASE


class Errand:
    """Begun with the `number` that the tags have come to, ended by `close` whatever happens.

    It waits for others until half of its own time is over, and at most for as long as one may fetch for all. Where
    `joins` is False it neither waits nor is waited for: its caller is in a hurry.
    """

    def __init__(self, second: Second, asked: Asked, number: int, *, deadline: float, joins: bool) -> None:
        self._second = second
        self._asked = asked
        self._number = number
        self._name = second.name(asked)
        self._until = second.clock() + min(LEASE, (deadline - second.clock()) / 2)
        self._turn = second.company.turns.turn(f"{self._name}/{number}") if joins else None

    async def found(self, stamp: int, late: float) -> Entry | None:
        """What another has fetched, maybe only now; what is stale for more than `late` seconds if there is no other."""
        while True:
            found = await self._second.find(self._asked, self._name, self._number, stamp)
            if self._is_done(found, late):
                return found
            if self._turn is not None and not await self._turn.take():
                await self._turn.wait()

    def close(self, landed: Landed | None) -> None:
        """Lets the others have what has come of it, without making anybody wait."""
        second, turn = self._second, self._turn
        entry = landed.entry if landed is not None and landed.stored else None
        if entry is not None and (second.company.busy or len(entry.body) > LARGEST_SHARED):
            entry = None
        gone = landed is not None and landed.gone
        if turn is not None:
            turn.leave()
        if gone or entry is not None or (turn is not None and turn.ends):
            second.company.later(self._handed_over(entry, gone=gone))

    async def _handed_over(self, entry: Entry | None, *, gone: bool) -> None:
        if gone:
            await self._second.drop(self._name)
        kept = entry is not None and await self._second.put(entry, self._name, self._number)
        if self._turn is not None:
            await self._turn.end(kept=kept)

    def _is_done(self, found: Entry | None, late: float) -> bool:
        turn, now = self._turn, self._second.clock()
        if turn is None or turn.taken or turn.over or now >= self._until:
            return True
        return found is not None and now < found.expires + late
