"""How an answer is had that the vendor's own words decide about: kept, confirmed by a 304, fetched, or stale."""

import math
from collections.abc import Callable

import msgspec

from gateway import Call, Handler, Reply
from gateway.errors import GatewayError, Refused, UpstreamFailure, UpstreamTimeout
from gateway_policies.cache_control import joined, without
from gateway_policies.cache_flights import Flight
from gateway_policies.cache_rfc_asked import Asked, answer
from gateway_policies.cache_rfc_rules import Got, Stored, Terms, Times, freshened, stored
from gateway_policies.cache_rfc_store import VariantStore
from gateway_policies.cache_store import Version, stamp_of

MARGIN = 0.02
"""Seconds before its deadline at which a call that has a stale answer stops waiting for a fresh one."""
NOT_MODIFIED, TOO_MANY, SERVER_ERROR = 304, 429, 500
FAILING = frozenset({"transient", "rate_limited"})
STATUS = b"cache-status"


class Desk(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What one endpoint may take from the store and put there; `clock` counts seconds, `now` since 1970."""

    store: VariantStore
    clock: Callable[[], float]
    now: Callable[[], float]
    versions: tuple[Version, ...]
    terms: Terms

    def stamp(self, asked: Asked) -> int:
        return stamp_of(self.versions) + self.store.mark(asked.uri)

    def held(self, call: Call, asked: Asked, found: Stored, now: float, note: str) -> Reply:
        """What is kept, fresh or stale; the seconds that it stays fresh are negative for a stale one."""
        ttl = math.floor(found.left(now))
        call.trail.note(note, ttl=ttl)
        return answer(found.reply(), asked.conditions, (_age(found, now), (STATUS, b"gateway; hit; ttl=%d" % ttl)))

    async def fetched(self, call: Call, forward: Handler, asked: Asked, stamp: int, found: Stored | None) -> Reply:
        """What the vendor answers, to this call or to one that asked the same before it; where he fails, `found`."""
        flight, collapsed = self._flight(forward, asked, stamp, found)
        call.trail.note("cache.coalesced" if collapsed else "cache.miss")
        fallback = None if found is None or asked.wish.no_cache or found.strict or found.checked else found
        try:
            got = await self._landed(flight, call, fallback)
        except (UpstreamFailure, Refused):
            if fallback is None or not self._usable(asked, fallback):
                raise
            return self.held(call, asked, fallback, self.clock(), "cache.stale")
        if _failed(got.reply):
            if fallback is not None and self._usable(asked, fallback):
                return self.held(call, asked, fallback, self.clock(), "cache.stale")
        elif collapsed and got.kept is None:  # what may not be kept was for the one who asked
            got, collapsed = Got(await forward(asked.fetch())), False
        return self._answered(call, asked, got, _why(asked, found) + (b"; collapsed" if collapsed else b""))

    def refresh(self, call: Call, forward: Handler, asked: Asked, stamp: int, found: Stored) -> None:
        """Fetches in the background, unless that is under way."""
        flights, key = self.store.flights, (asked.key, asked.alike(), stamp)
        if flights.find(key, self.clock()) is None:
            fetch = self._refresh(call, forward, asked, stamp, found)
            flights.begin(key, fetch, until=call.deadline, background=True)

    def _flight(self, forward: Handler, asked: Asked, stamp: int, found: Stored | None) -> tuple[Flight[Got], bool]:
        """The stamp is part of the key: who asks after a write does not join a fetch from before it."""
        flights, key = self.store.flights, (asked.key, asked.alike(), stamp)
        under_way = flights.find(key, self.clock())
        if under_way is not None:
            return under_way, True
        return flights.begin(key, self._fetch(forward, asked, stamp, found), until=asked.call.deadline), False

    async def _landed(self, flight: Flight[Got], call: Call, fallback: Stored | None) -> Got:
        left = call.deadline - self.clock()
        patience = None if fallback is None or not fallback.if_error or math.isinf(left) else max(0.0, left - MARGIN)
        got = await self.store.flights.land(flight, patience)
        if got is None:
            raise UpstreamTimeout("the answer was not there in time")
        return got

    async def _fetch(self, forward: Handler, asked: Asked, stamp: int, found: Stored | None) -> Got:
        call, sent = asked.fetch(), self.clock()
        reply = await forward(call if found is None else _conditional(call, found))
        times = Times(sent=sent, received=self.clock(), now=self.now())
        if found is not None and reply.status == NOT_MODIFIED and reply.verdict is None:
            kept = freshened(found, reply, call, times, self.terms)
            return Got(found.reply() if kept is None else kept.reply(), self._kept(asked, kept, stamp), confirmed=True)
        kept = stored(call, reply, times, self.terms, owner=asked.owner, stamp=stamp)
        if kept is None and _failed(reply):
            return Got(reply)
        return Got(reply, self._kept(asked, kept, stamp))

    def _kept(self, asked: Asked, new: Stored | None, stamp: int) -> Stored | None:
        """Puts it in the place of what was kept, which goes in any case; not where a write came in between."""
        if new is None or self.stamp(asked) != stamp:
            self.store.remove(asked.key, asked.sent)
            return None
        if not self.store.put(asked.key, new, asked.sent):
            return None
        asked.call.trail.note("cache.stored")
        return new

    async def _refresh(self, call: Call, forward: Handler, asked: Asked, stamp: int, found: Stored) -> Got:
        try:
            got = await self._fetch(forward, asked, stamp, found)
        except BaseException as error:
            slug = error.slug if isinstance(error, GatewayError) else type(error).__name__
            call.trail.note("cache.refresh_failed", slug=slug)
            raise
        if _failed(got.reply):
            call.trail.note("cache.refresh_failed", status=got.reply.status)
        return got

    def _answered(self, call: Call, asked: Asked, got: Got, why: bytes) -> Reply:
        if got.confirmed:
            call.trail.note("cache.confirmed")
            why += b"; fwd-status=304"
        if got.kept is not None:
            now = self.clock()
            why += b"; stored; ttl=%d" % math.floor(got.kept.left(now))
        return answer(_plain(got.reply), asked.conditions, ((STATUS, b"gateway; fwd=" + why),))

    def _usable(self, asked: Asked, found: Stored) -> bool:
        return -found.left(self.clock()) < found.if_error and self.stamp(asked) == found.stamp


def _conditional(call: Call, found: Stored) -> Call:
    """The request that asks whether the stored answer still holds (RFC 9111, 4.3.1)."""
    tag, changed = joined(found.headers, b"etag"), joined(found.headers, b"last-modified")
    asking = ((b"if-none-match", tag), (b"if-modified-since", changed))
    fields = tuple([(name, value) for name, value in asking if value is not None])
    return msgspec.structs.replace(call, headers=call.headers + fields) if fields else call


def _why(asked: Asked, found: Stored | None) -> bytes:
    if asked.wish.no_cache:
        return b"request"
    return b"uri-miss" if found is None else b"stale"


def _plain(reply: Reply) -> Reply:
    """The reply without what another cache said of it: the caller asks this one."""
    if reply.header(STATUS) is None:
        return reply
    return msgspec.structs.replace(reply, headers=without(reply.headers, {STATUS}))


def _age(found: Stored, now: float) -> tuple[bytes, bytes]:
    return b"age", b"%d" % (now - found.born)


def _failed(reply: Reply) -> bool:
    kind = None if reply.verdict is None else reply.verdict.kind
    return kind in FAILING or reply.status >= SERVER_ERROR or (kind is None and reply.status == TOO_MANY)
