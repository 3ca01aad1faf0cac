"""What is cached: answers of all integrations, bounded by bytes, and what has become of the tags that they carry."""

import sys
from collections import OrderedDict
from collections.abc import Hashable, Iterable

import msgspec

from gateway import Headers, Reply
from gateway_policies.cache_flights import Flights

MOST = 64 * 1024 * 1024
"""Bytes that all cached answers together may take: beyond, the one that was not asked for the longest time goes."""
LARGEST = 8
"""One answer may take an eighth of them, so that no single one drives out all others."""
OVERHEAD = 600
"""Bytes that an entry takes beside its key, header fields and body."""
EVERYTHING = "*"
"""The tag that every cached answer of an integration carries."""

Key = tuple[Hashable, ...]


class Version:
    """How often what carries a tag was invalidated; only ever grows."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


class Entry(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A cached 200. `since` and `expires` are readings of Kit.clock, `stamp` what its tags' versions added up to.

    `validators` are the header fields that a 304 repeats, `tag` the entity tag without the mark of a weak one.
    """

    key: Key
    owner: str
    headers: Headers
    validators: Headers
    tag: bytes
    body: bytes
    since: float
    expires: float
    stamp: int


class Landed(msgspec.Struct, frozen=True):
    """What a fetch brought: a reply, as an entry too where it may be kept, and whether it is."""

    reply: Reply
    entry: Entry | None = None
    stored: bool = False


class CacheStore:
    """One for the process. `size` are the bytes that are taken, `flights` the fetches that are under way."""

    def __init__(self, most: int = MOST) -> None:
        self.size = 0
        self.flights: Flights[Landed] = Flights()
        self.largest = most // LARGEST
        self._most = most
        self._entries: OrderedDict[Key, tuple[Entry, int]] = OrderedDict()
        self._versions: dict[tuple[str, str], Version] = {}
        self._editions: dict[str, tuple[object, int]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def version(self, integration: str, tag: str) -> Version:
        """The one version of an integration's tag."""
        return self._versions.setdefault((integration, tag), Version())

    def edition(self, endpoint: str, declared: object) -> int:
        """A number for what is declared of an endpoint: after a reload that changed it, its old answers are not met."""
        known, number = self._editions.get(endpoint, (None, 0))
        if known != declared:
            number += 1
            self._editions[endpoint] = (declared, number)
        return number

    def get(self, key: Key, owner: str, stamp: int) -> Entry | None:
        """What is kept under the key, fresh or stale; never another owner's, nor what was invalidated since."""
        found = self._entries.get(key)
        if found is None:
            return None
        entry = found[0]
        if entry.stamp != stamp or entry.owner != owner or entry.key != key:
            self.remove(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def put(self, entry: Entry) -> bool:
        """Keeps an answer in the place of its predecessor, which goes in any case; False for one that is too large."""
        self.remove(entry.key)
        weight = OVERHEAD + _weight(entry.key) + _weight(entry.headers) + _weight(entry.body)
        if weight > self.largest:
            return False
        self._entries[entry.key] = (entry, weight)
        self.size += weight
        while self.size > self._most:
            self.remove(next(iter(self._entries)))
        return True

    def remove(self, key: Key) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self.size -= found[1]

    def stop(self) -> None:
        """Ends the fetches that are under way, those in the background too."""
        self.flights.close()


def stamp_of(versions: Iterable[Version]) -> int:
    """One number for many versions: they only grow, so an equal sum means that none has changed."""
    return sum([version.number for version in versions])


def _weight(part: object) -> int:
    inside = sum(_weight(each) for each in part) if isinstance(part, tuple) else 0
    return sys.getsizeof(part) + inside
