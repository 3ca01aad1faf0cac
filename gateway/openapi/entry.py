"""What the document needs to know of one endpoint."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from gateway.declared import Operation

KEPT = 0
"""Stands in `Entry.statuses` for the status that the vendor has sent."""


_CLASSES: Mapping[object, tuple[str, int]] = {
    "rate_limited": ("upstream-rate-limited", 429),
    "auth_failed": ("upstream-auth-failed", 502),
    "transient": ("upstream-error", 502),
    "rejected": ("upstream-rejected", KEPT),
}
"""What a rule says that only names a class: slug and status."""


class Effective(Protocol):
    """A policy as it stands before an endpoint, after all inheritance."""

    @property
    def settings(self) -> Any: ...


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint: `policies` are the names of those that stand before it, `statuses` the slugs of its error rules."""

    operation: Operation
    policies: frozenset[str] = frozenset()
    statuses: Mapping[int, tuple[str, ...]] = {}

    @classmethod
    def of(cls, operation: Operation, policies: Mapping[str, Effective]) -> "Entry":
        """From the effective policies by name; a policy whose settings are false or nothing does not stand there."""
        standing = {name: policy.settings for name, policy in policies.items() if policy.settings not in (False, None)}
        statuses: dict[int, tuple[str, ...]] = {}
        for status, slug in _rules(standing.get("errors", ())):
            statuses[status] = tuple(dict.fromkeys([*statuses.get(status, ()), slug]))
        return cls(operation=operation, policies=frozenset(standing), statuses=statuses)

    def has(self, *names: str) -> bool:
        """Whether any of the policies stands before the endpoint."""
        return not self.policies.isdisjoint(names)


def _rules(rules: Any) -> list[tuple[int, str]]:
    """Status and slug of each rule, its own or those of its class."""
    found = []
    for rule in rules if isinstance(rules, list | tuple) else ():
        slug, status = _CLASSES.get(getattr(rule, "kind", None), _CLASSES["rejected"])
        own_slug, own_status = getattr(rule, "slug", None), getattr(rule, "status", None)
        found.append(
            (own_status if isinstance(own_status, int) else status, own_slug if isinstance(own_slug, str) else slug)
        )
    return found
