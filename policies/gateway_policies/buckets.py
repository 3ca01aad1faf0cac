"""How much may go out: aiolimiter's bucket, which spaces, and an exact window, which a burst alone would exceed."""

from collections import deque

from aiolimiter import AsyncLimiter

SLICES = 100
"""Parts of a window: what is sent within one of them leaves it together, with the last of it."""


class Bucket(AsyncLimiter):
    """aiolimiter's leaky bucket, which can also take without waiting, and tell how long an amount will have to wait."""

    __slots__ = ()

    def take(self, amount: float, now: float) -> bool:
        """Puts `amount` in if it has room now."""
        self._leak_until(now)
        if self._level + amount > self.max_rate:
            return False
        self._level += amount
        return True

    def wait(self, amount: float, now: float, after: float = 0.0) -> float:
        """Seconds until `amount` has room, if nothing enters before and nothing may enter for `after` seconds."""
        self._leak_until(now)
        level = max(self._level - after * self._rate_per_sec, 0.0)
        return after + max(level + amount - self.max_rate, 0.0) / self._rate_per_sec

    def _leak_until(self, now: float) -> None:
        if self._level:
            self._level = max(self._level - (now - self._last_check) * self._rate_per_sec, 0.0)
        self._last_check = now


class Window:
    """What went out in the last `per` seconds: when the slice began, when the last of it was sent, and how much."""

    def __init__(self, limit: int, per: float) -> None:
        self._limit = limit
        self._per = per
        self._width = per / SLICES
        self._sent: deque[list[float]] = deque()
        self._spent = 0.0

    def __len__(self) -> int:
        return len(self._sent)

    def wait(self, amount: float, now: float) -> float:
        """Seconds until `amount` fits, if nothing else is sent before."""
        sent = self._sent
        while sent and sent[0][1] + self._per <= now:
            self._spent -= sent.popleft()[2]
        excess, free_at = self._spent + amount - self._limit, now
        if excess > 0:
            for _, last, cost in sent:
                excess -= cost
                free_at = last + self._per
                if excess <= 0:
                    break
        return free_at - now

    def add(self, amount: int, now: float) -> None:
        if self._sent and now < self._sent[-1][0] + self._width:
            self._sent[-1][1] = now
            self._sent[-1][2] += amount
        else:
            self._sent.append([now, now, amount])
        self._spent += amount
