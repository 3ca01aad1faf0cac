"""Access tokens in memory: opened, as long as they live, and not too many of them."""

import asyncio
import math
from collections.abc import Callable, Iterator

Key = tuple[str, ...]
"""Whose token it is: provider and user."""

MOST = 10_000
LOOK_EVERY = 15.0
"""Seconds after which it is looked whether the record is still what it was, where nobody tells."""
EARLY, SPREAD = 0.8, 0.4
"""Shares of the margin: processes do not all come at once."""
LATE, LATEST = 0.25, 5.0
"""Share of the margin, and seconds at most, from which a token is not sent any more: it could end on its way."""


class Held:
    """An access token. Up to `until` it is used without a thought, up to `ends` while it is looked after.

    From `due` on it is to be renewed. `edition` names its record and the record's version, `granted` the scopes where
    they are known. All times are readings of Kit.clock.
    """

    __slots__ = ("access", "due", "edition", "ends", "forced_at", "granted", "timer", "until")

    def __init__(self, access: bytes, edition: str, due: float, ends: float) -> None:
        self.access = access
        self.edition = edition
        self.due = due
        self.ends = ends
        self.until = 0.0
        self.forced_at = -math.inf
        self.granted: tuple[str, ...] = ()
        self.timer: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"Held({self.edition})"


class Holder:
    """What is held, by whose it is. What has ended is gone, whether somebody looks or not."""

    def __init__(self, clock: Callable[[], float], random: Callable[[], float]) -> None:
        self._clock = clock
        self._random = random
        self._held: dict[Key, Held] = {}
        self.get = self._held.get

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    def __len__(self) -> int:
        return len(self._held)

    def put(self, key: Key, access: str, edition: str, lasts: float, margin: float) -> Held:
        """`lasts` are the seconds that it has left, of which the last `margin` are for renewing it."""
        self.drop(key)
        now, early = self._clock(), margin * (EARLY + SPREAD * self._random())
        held = Held(access.encode(), edition, now + lasts - early, now + lasts - min(margin * LATE, LATEST))
        self.looked_at(held)
        if len(self._held) >= MOST:
            self.drop(next(iter(self._held)))
        self._held[key] = held
        if not math.isinf(lasts):
            held.timer = asyncio.get_running_loop().call_later(max(held.ends - now, 0.0), self._over, key, held)
        return held

    def looked_at(self, held: Held) -> None:
        """Its record is what it was a moment ago."""
        held.until = min(held.due, held.ends, self._clock() + LOOK_EVERY)

    def drop(self, key: Key) -> None:
        held = self._held.pop(key, None)
        if held is not None and held.timer is not None:
            held.timer.cancel()

    def _over(self, key: Key, held: Held) -> None:
        if self._held.get(key) is held:
            del self._held[key]
