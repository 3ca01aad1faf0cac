"""What is cached: answers of all integrations, bounded by bytes, and what has become of the tags that they carry."""

import asyncio
import sys
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable

import msgspec

from gateway import Headers, Reply, Verdict
from gateway_policies.cache_flights import Flights

MOST = 64 * 1024 * 1024
"""Bytes that all cached answers together may take: beyond, the one that was not asked for the longest time goes."""
LARGEST = 8
"""One answer may take an eighth of them, so that no single one drives out all others."""
OVERHEAD = 600
"""Bytes that an entry takes beside its key, header fields and body."""
AT_ONCE = 1_000
"""How many are looked at before others have their turn."""
EVERYTHING = "*"
"""The tag that every cached answer of an integration carries."""
OWN = "@"
"""How the tag begins that all answers of one endpoint carry."""

Key = tuple[Hashable, ...]


class Version:
    """How often what carries a tag was invalidated, as far as this process knows; only ever grows.

    `shared` is the number that all processes have for it, None where that is not known for sure; `owed` is how often it
    was invalidated here without the others knowing.
    """

    __slots__ = ("name", "number", "owed", "shared")

    def __init__(self, name: str) -> None:
        self.name = name
        self.number = 0
        self.owed = 0
        self.shared: int | None = None


class Entry(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A cached 200, or a 404 or 410 with what it means.

    `since` and `expires` are readings of Kit.clock, `stamp` what the `versions` of its tags added up to.
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
    versions: tuple[Version, ...] = ()
    status: int = 200
    verdict: Verdict | None = None


class Landed(msgspec.Struct, frozen=True):
    """What a fetch brought: a reply, as an entry too where it may be kept, and whether it is.

    `shared` tells that another process had fetched it, `gone` that there is no such thing, which is not kept itself.
    """

    reply: Reply
    entry: Entry | None = None
    stored: bool = False
    shared: bool = False
    gone: bool = False


class CacheStore:
    """One for the process. `size` are the bytes that are taken, `flights` the fetches that are under way."""

    def __init__(self, most: int = MOST) -> None:
        self.size = 0
        self.flights: Flights[Landed] = Flights()
        self.largest = most // LARGEST
        self._most = most
        self._entries: OrderedDict[Key, tuple[Entry, int]] = OrderedDict()
        self._versions: dict[str, Version] = {}
        self._editions: dict[str, tuple[object, int]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def version(self, integration: str, tag: str) -> Version:
        """The one version of an integration's tag."""
        name = f"{integration}/{tag}"
        return self._versions.setdefault(name, Version(name))

    def versions(self) -> Iterable[Version]:
        return self._versions.values()

    def known(self, name: str) -> Version | None:
        """The version of that name, `integration/tag`, if anything here carries it."""
        return self._versions.get(name)

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

    async def sweep(self) -> int:
        """Lets go of what was invalidated, and tells how much that was; others have their turn in between."""
        swept = 0
        for number, (key, (entry, _)) in enumerate(list(self._entries.items())):
            if stamp_of(entry.versions) != entry.stamp and self.holds(entry):
                self.remove(key)
                swept += 1
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        return swept

    def holds(self, entry: Entry) -> bool:
        found = self._entries.get(entry.key)
        return found is not None and found[0] is entry

    def by_integration(self) -> dict[str, int]:
        """How many answers are kept, by the integration they are of."""
        return dict(Counter(entry.versions[0].name.partition("/")[0] for entry, _ in self._entries.values()))

    def stop(self) -> None:
        """Ends the fetches that are under way, those in the background too."""
        self.flights.close()


def own_tag(endpoint: str) -> str:
    """The tag of an endpoint, by its id."""
    return OWN + endpoint


def stamp_of(versions: Iterable[Version]) -> int:
    """One number for many versions: they only grow, so an equal sum means that none has changed."""
    return sum([version.number for version in versions])


def _weight(part: object) -> int:
    inside = sum(_weight(each) for each in part) if isinstance(part, tuple) else 0
    return sys.getsizeof(part) + inside
