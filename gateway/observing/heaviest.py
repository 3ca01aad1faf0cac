"""Who does most, found in bounded memory among however many there are (space-saving, Metwally and others, 2005)."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Who = TypeVar("Who", bound=Hashable)


class Heaviest(Generic[Who]):
    """Whoever has more than one part in `most` of all that is counted is surely among them.

    Where there is no place, a newcomer gets that of whoever has the least, and what that one had counts as doubtful.
    """

    __slots__ = ("_counts", "_doubtful", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: dict[Who, int] = {}
        self._doubtful: dict[Who, int] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, who: Who, count: int = 1) -> Who | None:
        """So many more. Gives who had to go."""
        counts = self._counts
        if who in counts:
            counts[who] += count
            return None
        if len(counts) < self._most:
            counts[who], self._doubtful[who] = count, 0
            return None
        gone = min(counts, key=counts.__getitem__)
        least = counts.pop(gone)
        del self._doubtful[gone]
        counts[who], self._doubtful[who] = least + count, least
        return gone

    def surely(self, who: Who) -> int:
        """How many there were at least."""
        return self._counts.get(who, 0) - self._doubtful.get(who, 0)
