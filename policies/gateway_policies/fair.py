"""Who waits, by caller, and whose turn it is: callers take turns, whatever number of calls each of them has waiting."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable


class Waiting:
    """Waiters in the order of their turns: the first of each caller, then the second of each, and so on."""

    def __init__(self) -> None:
        self._callers: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self.length = 0

    def ahead(self, who: str) -> int:
        """How many have their turn before one more call of this caller."""
        own = len(self._callers.get(who, ()))
        return sum(min(len(others), own + 1) for caller, others in self._callers.items() if caller != who) + own

    async def wait(self, who: str, missed: Callable[[], None]) -> None:
        """Returns when it is one's turn; `missed` is called where it comes to somebody who has just left."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._callers.setdefault(who, deque()).append(turn)
        self.length += 1
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                missed()
            else:
                self._leave(who, turn)
            raise

    def wake(self) -> bool:
        """Gives the turn to the next; False where nobody waits."""
        while self._callers:
            who, turns = self._callers.popitem(last=False)
            turn = turns.popleft()
            self.length -= 1
            if turns:
                self._callers[who] = turns  # at the end: the others come first
            if not turn.done():
                turn.set_result(None)
                return True
        return False

    def make_room(self, who: str, refusal: Exception) -> bool:
        """Turns away the last of the caller who has most waiting, unless that is this one, or nobody has more."""
        if not self._callers:
            return False
        greediest = max(self._callers, key=lambda caller: len(self._callers[caller]))
        if len(self._callers[greediest]) <= len(self._callers.get(who, ())) + 1:
            return False
        turn = self._callers[greediest].pop()
        self.length -= 1
        if not turn.done():
            turn.set_exception(refusal)
        return True

    def _leave(self, who: str, turn: asyncio.Future[None]) -> None:
        turns = self._callers.get(who)
        if turns is None or turn not in turns:
            return
        turns.remove(turn)
        self.length -= 1
        if not turns:
            del self._callers[who]
