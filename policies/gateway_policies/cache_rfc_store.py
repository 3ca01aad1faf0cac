"""Answers that are kept as the vendor allows: several for one address where they vary, bounded by bytes."""

import secrets
from array import array
from collections import OrderedDict
from collections.abc import Hashable

from gateway import Headers, Shared
from gateway_policies.cache_flights import Flights
from gateway_policies.cache_rfc_rules import Got, Stored, fits
from gateway_policies.cache_store import LARGEST, MOST, OVERHEAD

Key = tuple[Hashable, ...]

MOST_VARIANTS = 16
"""For one key: a vendor that varies by what is never the same twice fills no more than this."""
MARKS = 65_536
"""Counters of writes. Two addresses may have one in common: then a write to one makes the other be asked for again."""
CHANNEL = "cache/written"


class VariantStore:
    """One for the process; `flights` are the fetches that are under way."""

    def __init__(self, shared: Shared, most: int = MOST) -> None:
        self.size = 0
        self.largest = most // LARGEST
        self.flights: Flights[Got] = Flights()
        self._most = most
        self._kept: OrderedDict[Key, tuple[list[Stored], int]] = OrderedDict()
        self._written = array("Q", bytes(8 * MARKS))
        self._forgotten = 0
        self._shared = shared
        self._own = secrets.token_bytes(8)
        self._leave = shared.listen(CHANNEL, self._heard)

    def __len__(self) -> int:
        return sum(len(variants) for variants, _ in self._kept.values())

    def mark(self, uri: str) -> int:
        """How often what stands at an address was written to; only ever grows."""
        return self._written[hash(uri) % MARKS] + self._forgotten

    def written(self, uri: str) -> None:
        """Whatever is kept of this address is not given out any more, in no process."""
        self._written[hash(uri) % MARKS] += 1
        if not self._shared.alone:
            self._shared.tell(CHANNEL, self._own + uri.encode())

    def find(self, key: Key, owner: str, asked: Headers, stamp: int) -> Stored | None:
        """The latest answer that fits the request; never another owner's, nor what was written to since."""
        found = self._kept.get(key)
        if found is None:
            return None
        if any(one.stamp != stamp or one.owner != owner for one in found[0]):
            self._keep(key, [one for one in found[0] if one.stamp == stamp and one.owner == owner])
            return self.find(key, owner, asked, stamp)
        self._kept.move_to_end(key)
        return next((one for one in found[0] if fits(one, asked)), None)

    def put(self, key: Key, new: Stored, asked: Headers) -> bool:
        """Keeps an answer in the place of those that fit the same request; False for one that is too large."""
        self.remove(key, asked)
        if _weight(new) + len(repr(key)) > self.largest:
            return False
        found = self._kept.get(key)
        self._keep(key, [new, *(found[0] if found else ())][:MOST_VARIANTS])
        while self.size > self._most:
            self._keep(next(iter(self._kept)), [])
        return True

    def remove(self, key: Key, asked: Headers) -> None:
        """Forgets what fits the request."""
        found = self._kept.get(key)
        if found is not None:
            self._keep(key, [one for one in found[0] if not fits(one, asked)])

    def stop(self) -> None:
        """Ends the fetches that are under way, those in the background too."""
        self._leave()
        self.flights.close()

    def _keep(self, key: Key, variants: list[Stored]) -> None:
        before = self._kept.pop(key, None)
        weight = sum([_weight(one) for one in variants]) + (len(repr(key)) if variants else 0)
        self.size += weight - (before[1] if before else 0)
        if variants:
            self._kept[key] = (variants, weight)

    def _heard(self, message: bytes | None) -> None:
        if message is None:  # a write may have been missed
            self._forgotten += 1
        elif not message.startswith(self._own):
            self._written[hash(message[len(self._own) :].decode()) % MARKS] += 1


def _weight(one: Stored) -> int:
    fields = sum([len(name) + len(value) + 150 for name, value in (*one.headers, *one.varying)])
    return OVERHEAD + fields + len(one.body)
