"""Keeps a vendor's answers as the vendor says, as HTTP caches do (RFC 9111): `cache: {…, respect_upstream: true}`.

The vendor's Cache-Control, Expires, Age, Date and Vary decide; `ttl` and the windows hold where it says nothing. It
stands below `transform`, so an answer is found by what the vendor is asked, and whatever writes to the same address
makes it stale.
"""

from collections.abc import Mapping
from urllib.parse import urljoin

from gateway import Call, Handler, Kit, Operation, Reply, Stage
from gateway.errors import NotCached, NotSent, Refused
from gateway_policies.cache_fields import marked
from gateway_policies.cache_rfc_asked import reader, use
from gateway_policies.cache_rfc_fetch import Desk
from gateway_policies.cache_rfc_rules import Terms
from gateway_policies.cache_rfc_store import VariantStore
from gateway_policies.cache_store import Version

SLOT = "http_cache"
BYPASS = (b"cache-status", b"gateway; fwd=bypass")
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIRST_ERROR = 400


def respecting(
    operation: Operation, kit: Kit, terms: Terms, *, vary: tuple[str, ...], versions: tuple[Version, ...]
) -> Mapping[str, Stage]:
    """The stage of an endpoint whose answers are kept; `versions` are those of the tags that they carry."""
    desk = Desk(store=_store(kit), clock=kit.clock, now=kit.now, versions=versions, terms=terms)
    read = reader(operation, vary)

    async def http_cache(call: Call, forward: Handler) -> Reply:
        asked = read(call)
        if asked is None:
            call.trail.note("cache.bypass")
            return marked(await forward(call), BYPASS)
        stamp = desk.stamp(asked)
        found = desk.store.find(asked.key, asked.owner, asked.sent, stamp)
        if found is not None:
            now = desk.clock()
            chosen = use(found, asked.wish, now)
            if chosen == "refresh" and call.method == "GET":
                desk.refresh(call, forward, asked, stamp, found)
            if chosen != "ask":
                return desk.held(call, asked, found, now, "cache.hit" if chosen == "hit" else "cache.stale")
        if asked.wish.only_if_cached:
            raise NotCached("there is no answer that may be given without asking the vendor")
        if call.method == "HEAD":  # it tells of an answer without being one: nothing is learnt from it
            return marked(await forward(asked.fetch()), BYPASS)
        return await desk.fetched(call, forward, asked, stamp, found)

    return {SLOT: http_cache}


def writing(operation: Operation, kit: Kit) -> Mapping[str, Stage]:
    """The stage of an endpoint that writes: what is kept of the address is given out no more (RFC 9111, 4.4)."""
    store, base = _store(kit), operation.base_url

    def drop(call: Call, reply: Reply | None) -> None:
        uri = base + call.target
        named = () if reply is None else (reply.header(b"location"), reply.header(b"content-location"))
        others = {urljoin(uri, each.decode("latin-1")) for each in named if each is not None}
        for each in {uri, *(other for other in others if other.startswith(base))}:
            store.written(each)
        call.trail.note("cache.written")

    async def written(call: Call, forward: Handler) -> Reply:
        try:
            reply = await forward(call)
        except (NotSent, Refused):
            if call.trail.count("attempt.failed") > 1:  # an earlier one may have arrived
                drop(call, None)
            raise
        except BaseException:  # a deadline that cuts the write short, too: the vendor may have acted
            drop(call, None)
            raise
        if reply.status < FIRST_ERROR or call.trail.count("attempt.failed"):
            drop(call, reply)
        return reply

    return {SLOT: written}


def _store(kit: Kit) -> VariantStore:
    return kit.keep(("cache", "http"), lambda: VariantStore(kit.shared))
