"""How a cached endpoint's answer is had: from what is kept, from the vendor, or from what is kept where he fails."""

import math
from collections.abc import Callable

import msgspec

from gateway import Call, Handler, Reply
from gateway.errors import GatewayError, Refused, UpstreamFailure, UpstreamTimeout
from gateway_policies.cache_errand import Errand
from gateway_policies.cache_fields import Asked, answer, entry_of, gone, marked, without
from gateway_policies.cache_flights import Flight
from gateway_policies.cache_second import Second
from gateway_policies.cache_store import CacheStore, Entry, Landed, Version, stamp_of
from gateway_policies.patience import FIELD as HURRY
from gateway_policies.streams import close

MARGIN = 0.02
"""Seconds before its deadline at which a call that has a stale answer stops waiting for a fresh one."""
ALIKE = 0.1
"""The part of his time by which a caller in a hurry may be cut short, where he joins another's fetch."""
FAILING = frozenset({"transient", "rate_limited"})
TOO_MANY, SERVER_ERROR = 429, 500


class Shelf(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What one endpoint may take from the store and put there.

    `dropped` are the header fields that no fetch has; `ttl`, `negative` (for what is not there), `revalidate` and
    `if_error` are seconds; `second` is what the endpoint has in common with other processes, None where there are none.
    """

    store: CacheStore
    clock: Callable[[], float]
    versions: tuple[Version, ...]
    dropped: frozenset[bytes]
    ttl: float
    negative: float
    revalidate: float
    if_error: float
    second: Second | None = None

    def held(self, call: Call, asked: Asked, entry: Entry, now: float, note: str) -> Reply:
        """What is kept, fresh or stale; the seconds that it stays fresh are negative for a stale one."""
        ttl = math.floor(entry.expires - now)
        call.trail.note(note, ttl=ttl)
        age = (b"age", b"%d" % (now - entry.since))
        return answer(entry, asked.conditions, (age, (b"cache-status", b"gateway; hit; ttl=%d" % ttl)))

    async def fetched(self, call: Call, forward: Handler, asked: Asked, stamp: int, entry: Entry | None) -> Reply:
        """What the vendor answers, to this call or to one that asked before it; where he fails, a stale answer."""
        why = b"request" if asked.forced else b"uri-miss" if entry is None else b"stale"
        flight, joined = self._flight(call, forward, asked, stamp)
        call.trail.note("cache.coalesced" if joined else "cache.miss")
        tolerant = bool(self.if_error) and not asked.forced and not (entry is None and self.second is None)
        patience = _patience(call.deadline - self.clock()) if tolerant else None
        try:
            landed = await self.store.flights.land(flight, patience)
            if landed is None:
                raise UpstreamTimeout("the answer was not there in time")
        except (UpstreamFailure, Refused):
            fallback = self._fallback(asked, stamp) if tolerant else None
            if fallback is None:
                raise
            return self.held(call, asked, fallback, self.clock(), "cache.stale")
        if tolerant and _failed(landed.reply) and (fallback := self._fallback(asked, stamp)) is not None:
            return self.held(call, asked, fallback, self.clock(), "cache.stale")
        if landed.shared and landed.entry is not None:
            return self._from_others(call, forward, asked, stamp, landed.entry)
        status = self._status(why, joined=joined, stored=landed.stored)
        if landed.entry is None:
            return marked(landed.reply, status)
        return answer(landed.entry, asked.conditions, (status,))

    def refresh(self, call: Call, forward: Handler, asked: Asked, stamp: int) -> None:
        """Fetches in the background, unless that is under way."""
        flights, key = self.store.flights, (asked.key, stamp)
        if flights.find(key, self.clock()) is None:
            fetch = self._refresh(call, forward, asked, stamp)
            flights.begin(key, fetch, until=call.deadline, background=True)

    def _flight(self, call: Call, forward: Handler, asked: Asked, stamp: int) -> tuple[Flight[Landed], bool]:
        """The stamp is part of the key: who asks after a write does not join a fetch from before it.

        The fetch of a caller in a hurry ends with his patience, so only those join it who are in about the same hurry;
        he joins those of others.
        """
        flights, now, key = self.store.flights, self.clock(), (asked.key, stamp)
        found = flights.find(key, now)
        if found is not None:
            return found, True
        if call.header(HURRY) is not None:
            found = flights.find((key, HURRY), now)
            if found is not None and call.deadline - found.until <= (call.deadline - now) * ALIKE:
                return found, True
            return flights.begin((key, HURRY), self._fetch(call, forward, asked, stamp), until=call.deadline), False
        return flights.begin(key, self._fetch(call, forward, asked, stamp), until=call.deadline), False

    async def _fetch(
        self, call: Call, forward: Handler, asked: Asked, stamp: int, *, late: float | None = None
    ) -> Landed:
        """From another process or from the vendor; what is stale for more than `late` seconds will not do."""
        number = None if self.second is None else await self.second.number()
        if self.second is None or number is None:
            return await self._from_vendor(call, forward, asked, stamp)
        hurried, landed = call.header(HURRY) is not None, None
        errand = Errand(self.second, asked, number, deadline=call.deadline, joins=not hurried)
        late = self.revalidate if late is None else late
        try:
            found = None if asked.forced else await errand.found(stamp, late)
            if found is not None:
                kept = self._kept(found, stamp)
                if self.clock() < found.expires + (late if found.verdict is None else 0):
                    return kept
            landed = await self._from_vendor(call, forward, asked, stamp)
            return landed
        finally:
            errand.close(landed)

    def _kept(self, found: Entry, stamp: int) -> Landed:
        known = self.store.get(found.key, found.owner, stamp)
        stored = (known is None or known.since <= found.since) and self.store.put(found)
        return Landed(Reply(found.status, found.headers, found.body, found.verdict), found, stored, shared=True)

    def _from_others(self, call: Call, forward: Handler, asked: Asked, stamp: int, entry: Entry) -> Reply:
        call.trail.note("cache.shared")
        now = self.clock()
        if now < entry.expires:
            return self.held(call, asked, entry, now, "cache.hit")
        self.refresh(call, forward, asked, stamp)
        return self.held(call, asked, entry, now, "cache.stale")

    async def _from_vendor(self, call: Call, forward: Handler, asked: Asked, stamp: int) -> Landed:
        reply = await forward(without(call, self.dropped))
        missing, since, largest = gone(reply), self.clock(), self.store.largest
        ttl = self.negative if missing else self.ttl
        entry = entry_of(asked, reply, since=since, ttl=ttl, stamp=stamp, versions=self.versions, largest=largest)
        if entry is None:
            if missing:
                self.store.remove(asked.key)
            return Landed(await _whole(reply), gone=missing)
        stored = stamp_of(self.versions) == stamp and self.store.put(entry)
        if stored:
            call.trail.note("cache.stored")
        return Landed(reply, entry, stored)

    async def _refresh(self, call: Call, forward: Handler, asked: Asked, stamp: int) -> Landed:
        try:
            landed = await self._fetch(call, forward, asked, stamp, late=0.0)
        except BaseException as error:
            slug = error.slug if isinstance(error, GatewayError) else type(error).__name__
            call.trail.note("cache.refresh_failed", slug=slug)
            raise
        if landed.entry is None:
            call.trail.note("cache.refresh_failed", status=landed.reply.status)
        return landed

    def _fallback(self, asked: Asked, stamp: int) -> Entry | None:
        """What is better than none; what was found with the others is kept by now, too."""
        entry = self.store.get(asked.key, asked.owner, stamp) if stamp_of(self.versions) == stamp else None
        if entry is None or entry.verdict is not None or self.clock() >= entry.expires + self.if_error:
            return None
        return entry

    def _status(self, why: bytes, *, joined: bool, stored: bool) -> tuple[bytes, bytes]:
        value = b"gateway; fwd=" + why
        if joined:
            return b"cache-status", value + b"; collapsed"
        return b"cache-status", value + b"; stored; ttl=%d" % self.ttl if stored else value


def _patience(left: float) -> float | None:
    return None if math.isinf(left) else max(0.0, left - MARGIN)


def _failed(reply: Reply) -> bool:
    kind = None if reply.verdict is None else reply.verdict.kind
    return kind in FAILING or reply.status >= SERVER_ERROR or (kind is None and reply.status == TOO_MANY)


async def _whole(reply: Reply) -> Reply:
    """The reply with a body that many can read; no endpoint here streams, so where one does come it is short."""
    if isinstance(reply.body, bytes):
        return reply
    try:
        return msgspec.structs.replace(reply, body=b"".join([chunk async for chunk in reply.body]))
    finally:
        await close(reply.body)
