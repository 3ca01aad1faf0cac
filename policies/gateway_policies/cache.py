"""Answers again what a vendor has answered lately, and asks for one thing once, however many callers want it.

    cache: {ttl: 5m, stale_while_revalidate: 30s, stale_if_error: 10m, vary: [prefer], tags: [assistants]}

and, at an endpoint that writes, what its success makes stale: `invalidates: [assistants]`.

An answer is found by integration, endpoint, path, query, body and the header fields that `vary` or the endpoint
declares; where the credential belongs to a user, by user too. Accept, Accept-Language and Prefer reach the vendor only
where they are declared, so that no caller's wish shapes another's answer. Each answer says in Cache-Status (RFC 9211)
where it came from. Processes that share state fetch once for all of them, and drop for all of them.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from gateway import Call, Duration, Handler, Kit, Operation, Policy, Reply, Settings, Site, Stage
from gateway.errors import CallerError, NotSent, Refused
from gateway_policies.cache_company import Company
from gateway_policies.cache_fetch import Shelf
from gateway_policies.cache_fields import CONDITIONAL, SHAPING, keyed, marked, reader
from gateway_policies.cache_pages import PAGES
from gateway_policies.cache_rfc import respecting, writing
from gateway_policies.cache_rfc_rules import Terms
from gateway_policies.cache_second import Second
from gateway_policies.cache_store import EVERYTHING, OWN, CacheStore, Version, own_tag, stamp_of
from gateway_policies.checks import positive

BYPASS = (b"cache-status", b"gateway; fwd=bypass")


class Cache(Settings, frozen=True, kw_only=True):
    """What is kept of a vendor's answers, and for how long."""

    ttl: Annotated[
        Duration,
        msgspec.Meta(
            description="How long an answer is fresh: until then the vendor is not asked again.", examples=["5m"]
        ),
    ]
    stale_while_revalidate: Annotated[
        Duration,
        msgspec.Meta(
            description="How long after `ttl` it is still given out while a new one is fetched in the background: "
            "nobody waits for the refresh.",
            examples=["30s"],
        ),
    ] = Duration(0)
    stale_if_error: Annotated[
        Duration,
        msgspec.Meta(
            description="How long after `ttl` it is given out where the vendor fails or is left alone: old news "
            "instead of an error.",
            examples=["10m"],
        ),
    ] = Duration(0)
    negative: Annotated[
        Duration,
        msgspec.Meta(
            description="How long the answer that there is no such thing (404, 410) is kept; not at all if left out. "
            "Short, since a thing that is made elsewhere is not seen before.",
            examples=["30s"],
        ),
    ] = Duration(0)
    vary: Annotated[
        tuple[Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+$")], ...],
        msgspec.Meta(
            description="Request headers that the answer depends on, beside those that the endpoint declares; others "
            "are not part of the key.",
            examples=[["accept-language"]],
        ),
    ] = ()
    tags: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1)], ...],
        msgspec.Meta(
            description="Names under which a write of this integration can drop the answer by `invalidates`.",
            examples=[["assistants"]],
        ),
    ] = ()
    methods: Annotated[
        tuple[Literal["GET", "HEAD", "POST"], ...],
        msgspec.Meta(
            min_length=1,
            description="Methods whose answers are kept. Add POST only where it changes nothing, as in a search.",
            examples=[["GET", "POST"]],
        ),
    ] = ("GET",)
    respect_upstream: Annotated[
        bool,
        msgspec.Meta(
            description="Whether the vendor's own Cache-Control, Expires and Vary decide what is kept and how long, "
            "as HTTP caches do (RFC 9111). `ttl` and the windows then hold where it says nothing of them.",
            examples=[True],
        ),
    ] = False

    def __post_init__(self) -> None:
        positive(self, "ttl")
        if EVERYTHING in self.tags:
            raise ValueError("`*` is no tag: every answer of the integration has it")
        if any(tag.startswith(OWN) for tag in self.tags):
            raise ValueError(f"a tag does not begin with `{OWN}`")
        if self.respect_upstream and "POST" in self.methods:
            raise ValueError("where `respect_upstream` is true no answer to a POST is kept: take POST out of `methods`")


def build(settings: Cache | None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    operation = site.operation
    if operation.native or operation.stream:
        settings = None
    if settings is None and not (operation.invalidates or operation.http_cache):
        return {}
    store = kit.keep(("cache",), CacheStore)
    size = kit.metrics.gauge("gateway_cache_bytes", "What the cache in this gateway's memory holds", across="sum")
    kit.metrics.at_scrape("cache", lambda: size.set(store.size))
    company = kit.keep(("cache-company",), lambda: Company(kit.shared, store))
    http = _as_vendors_say(settings, operation, store, kit)
    if settings is None or settings.respect_upstream:
        return {**http, "cache": _invalidation(operation, store, company)} if operation.invalidates else http
    caching = _caching(settings, operation, store, company, kit)
    if operation.invalidates:
        caching = _within(_invalidation(operation, store, company), caching)
    return {**http, "cache": caching}


def _as_vendors_say(settings: Cache | None, operation: Operation, store: CacheStore, kit: Kit) -> Mapping[str, Stage]:
    if operation.http_cache == "writes":
        return writing(operation, kit)
    if settings is None or operation.http_cache != "keeps":
        return {}
    terms = Terms(
        ttl=float(settings.ttl),
        negative=float(settings.negative),
        revalidate=float(settings.stale_while_revalidate),
        if_error=float(settings.stale_if_error),
        shared=not operation.user_bound,
    )
    return respecting(operation, kit, terms, vary=settings.vary, versions=_versions(settings, operation, store))


def _versions(settings: Cache, operation: Operation, store: CacheStore) -> tuple[Version, ...]:
    tags = (EVERYTHING, own_tag(operation.id), *settings.tags)
    return tuple(store.version(operation.integration, tag) for tag in tags)


def _caching(settings: Cache, operation: Operation, store: CacheStore, company: Company, kit: Kit) -> Stage:
    clock, revalidate = kit.clock, float(settings.stale_while_revalidate)
    names = keyed(operation, settings.vary)
    read = reader(operation, settings.methods, names, store.edition(operation.id, (operation, settings)))
    versions = _versions(settings, operation, store)
    shelf = Shelf(
        second=_second(settings, operation, company, kit, versions),
        store=store,
        clock=clock,
        versions=versions,
        dropped=CONDITIONAL | (SHAPING - names),
        ttl=float(settings.ttl),
        negative=float(settings.negative),
        revalidate=revalidate,
        if_error=float(settings.stale_if_error),
    )

    async def cache(call: Call, forward: Handler) -> Reply:
        asked = read(call)
        if asked is None:
            call.trail.note("cache.bypass")
            return marked(await forward(call), BYPASS)
        now, stamp = clock(), stamp_of(versions)
        entry = store.get(asked.key, asked.owner, stamp)
        if entry is None or asked.forced:
            return await shelf.fetched(call, forward, asked, stamp, entry)
        if now < entry.expires:
            return shelf.held(call, asked, entry, now, "cache.hit")
        if now < entry.expires + revalidate and entry.verdict is None:
            shelf.refresh(call, forward, asked, stamp)
            return shelf.held(call, asked, entry, now, "cache.stale")
        return await shelf.fetched(call, forward, asked, stamp, entry)

    return cache


def _second(
    settings: Cache, operation: Operation, company: Company, kit: Kit, versions: tuple[Version, ...]
) -> Second | None:
    if company.shared.alone:
        return None
    late = max(settings.stale_while_revalidate, settings.stale_if_error)
    return Second(company, kit, operation, versions, late=float(late), declared=(operation, settings))


def _within(outer: Stage, inner: Stage) -> Stage:
    async def both(call: Call, forward: Handler) -> Reply:
        return await outer(call, lambda call: inner(call, forward))

    return both


def _invalidation(operation: Operation, store: CacheStore, company: Company) -> Stage:
    tags = operation.invalidates
    versions = tuple(store.version(operation.integration, tag) for tag in tags)

    async def invalidate(call: Call) -> None:
        call.trail.note("cache.invalidated", tags=tags)
        await company.drop(versions)

    async def invalidation(call: Call, forward: Handler) -> Reply:
        try:
            reply = await forward(call)
        except (CallerError, Refused, NotSent):
            if _attempted(call):
                await invalidate(call)
            raise
        except BaseException:  # a deadline that cuts the write short, too: the vendor may have acted
            await invalidate(call)
            raise
        if (reply.verdict is None and reply.status < 400) or _attempted(call):  # noqa: PLR2004
            await invalidate(call)
        return reply

    return invalidation


def _attempted(call: Call) -> bool:
    """Whether an earlier attempt may have been acted upon, whatever the last one came to."""
    return any(
        event.name == "attempt.failed" and event.detail.get("slug") != NotSent.slug for event in call.trail.events
    )


policy = Policy(
    name="cache",
    settings=Cache,
    build=build,
    always=True,
    description="Answers again what the vendor has answered lately, and asks for one thing once, however many callers "
    "want it. A write drops it with `invalidates`.",
    pages=PAGES,
    examples=({"ttl": "5m", "stale_while_revalidate": "30s", "stale_if_error": "10m", "tags": ["contacts"]},),
)
