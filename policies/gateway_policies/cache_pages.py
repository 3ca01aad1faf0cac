"""The cache as an operator sees it, and what he may drop: some tags, an endpoint, an integration, or all of it."""

from collections.abc import Iterable

import msgspec

from gateway import Call, Handler, Kit, Page, Reply
from gateway.auditing import noted
from gateway.errors import InvalidRequest, Violation
from gateway.pages import json_reply, ordered
from gateway_policies.cache_company import Company
from gateway_policies.cache_store import EVERYTHING, CacheStore, Version, own_tag

_NAMED = 20
"""What was purged is named in the audit trail, as far as anybody reads it."""


class Purge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be dropped: all of an integration or what of it carries a tag, an endpoint, everything."""

    integration: str = ""
    tags: tuple[str, ...] = ()
    endpoint: str = ""
    everything: bool = False

    def __post_init__(self) -> None:
        chosen = [bool(self.integration), bool(self.endpoint), self.everything]
        if chosen.count(True) != 1:
            raise ValueError("say one of `integration`, `endpoint` and `everything`")
        if self.tags and not self.integration:
            raise ValueError("`tags` are those of an `integration`")


def _purging(kit: Kit) -> Handler:
    """Tells what was purged, how many answers that were in this process, and whether the others know already."""

    async def purging(call: Call) -> Reply:
        store, company = _parts(kit)
        found = list(_versions(ordered(call, Purge), store))
        everywhere = await company.drop(found)
        purged, who = sorted(version.name for version in found), call.caller
        target = ", ".join(purged[:_NAMED])
        audit, correlation_id = kit.stored.audit, call.correlation_id
        await noted(audit, "cache.purged", target, who=who.id, address=who.address, correlation_id=correlation_id)
        return json_reply({"purged": purged, "answers": await store.sweep(), "everywhere": everywhere})

    return purging


def _looking(kit: Kit) -> Handler:
    async def looking(call: Call) -> Reply:
        store, _ = _parts(kit)
        counts = {"answers": len(store), "bytes": store.size, "fetches": len(store.flights)}
        return json_reply({**counts, "integrations": store.by_integration()})

    return looking


def _versions(purge: Purge, store: CacheStore) -> Iterable[Version]:
    """Every process has the same config, so what is known here is all there is; raises InvalidRequest for the rest."""
    if purge.everything:
        return [version for version in store.versions() if version.name.endswith("/" + EVERYTHING)]
    if purge.endpoint:
        names = [f"{purge.endpoint.partition('.')[0]}/{own_tag(purge.endpoint)}"]
    else:
        names = [f"{purge.integration}/{tag}" for tag in purge.tags or (EVERYTHING,)]
    found = {name: store.known(name) for name in names}
    unknown = [name for name, version in found.items() if version is None]
    if unknown:
        detail = f"no cached endpoint carries {', '.join(f'`{name}`' for name in unknown)}"
        raise InvalidRequest(violations=[Violation(place="body", detail=detail)])
    return [version for version in found.values() if version is not None]


def _parts(kit: Kit) -> tuple[CacheStore, Company]:
    store = kit.keep(("cache",), CacheStore)
    return store, kit.keep(("cache-company",), lambda: Company(kit.shared, store))


PAGES = (
    Page(method="GET", path="/admin/cache", summary="How much is cached by this worker.", build=_looking),
    Page(method="POST", path="/admin/cache/purge", summary="Drops cached answers, in every process.", build=_purging),
)
