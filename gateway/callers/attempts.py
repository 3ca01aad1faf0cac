"""Wrong keys, and wrong links, by address: whoever tries many is not even looked up for a while."""

from collections import OrderedDict
from collections.abc import Callable

from gateway.addresses import network_of

ALLOWED = 20
"""Wrong ones that an address may try in a row; one more is allowed with every three seconds."""
EVERY = 3.0
FULL = (ALLOWED + 1) * EVERY
"""Seconds until it is empty again, however many there were: whoever stops is looked up again after three."""
REMEMBERED = 50_000


class Attempts:
    """A bucket of failures for each address, which empties with time (GCRA); good ones are not counted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._empty_at: OrderedDict[str, float] = OrderedDict()

    def failed(self, address: str) -> None:
        now, whose = self._clock(), network_of(address)
        fuller = max(self._empty_at.pop(whose, now), now) + EVERY
        self._empty_at[whose] = min(fuller, now + FULL)
        while len(self._empty_at) > REMEMBERED or next(iter(self._empty_at.values())) <= now:
            self._empty_at.popitem(last=False)

    def too_many(self, address: str) -> bool:
        return self.wait(address) > 0

    def wait(self, address: str) -> float:
        """Seconds until one more is allowed; not positive where it is now."""
        return self._empty_at.get(network_of(address), 0.0) - self._clock() - ALLOWED * EVERY
