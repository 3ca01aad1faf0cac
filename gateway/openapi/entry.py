"""What the document needs to know of one endpoint."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from gateway.declared import Operation

T = TypeVar("T")

READS = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT = 0
"""Stands in `Entry.statuses` for the status that the vendor has sent."""


_CLASSES: Mapping[object, tuple[str, int]] = {
    "rate_limited": ("upstream-rate-limited", 429),
    "auth_failed": ("upstream-auth-failed", 502),
    "transient": ("upstream-error", 502),
    "rejected": ("upstream-rejected", KEPT),
}
"""What a rule says that only names a class: slug and status."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One error rule as callers meet it; what it leaves to its class is empty."""

    slug: str
    status: int
    title: str = ""
    detail: str = ""


class Effective(Protocol):
    """A policy as it stands before an endpoint, after all inheritance."""

    @property
    def settings(self) -> Any: ...


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint: `policies` are the names of those that stand before it, `rules` its error rules.

    `fields` are the header fields that the server adds to all of its answers. `asks_for_keys`: no write without an
    Idempotency-Key.
    """

    operation: Operation
    policies: frozenset[str] = frozenset()
    rules: tuple[Told, ...] = ()
    fields: tuple[str, ...] = ()
    asks_for_keys: bool = False

    @classmethod
    def of(cls, operation: Operation, policies: Mapping[str, Effective], fields: tuple[str, ...] = ()) -> "Entry":
        """From the effective policies by name; a policy whose settings are false or nothing does not stand there."""
        standing = {name: policy.settings for name, policy in policies.items() if policy.settings not in (False, None)}
        rules = tuple(_rules(standing.get("errors", ())))
        required = bool(getattr(standing.get("idempotency"), "required", False)) and operation.method not in READS
        return cls(
            operation=operation, policies=frozenset(standing), rules=rules, fields=fields, asks_for_keys=required
        )

    @property
    def statuses(self) -> Mapping[int, tuple[str, ...]]:
        """Status to the slugs of the rules that give it."""
        found: dict[int, tuple[str, ...]] = {}
        for rule in self.rules:
            found[rule.status] = tuple(dict.fromkeys([*found.get(rule.status, ()), rule.slug]))
        return found

    @property
    def takes_keys(self) -> bool:
        """Whether a repeat with the same Idempotency-Key gets the first answer."""
        return self.has("idempotency") and self.operation.method not in READS

    def has(self, *names: str) -> bool:
        """Whether any of the policies stands before the endpoint."""
        return not self.policies.isdisjoint(names)


def _rules(rules: Any) -> Iterator[Told]:
    """What a rule does not say itself is its class's."""
    for rule in rules if isinstance(rules, list | tuple) else ():
        slug, status = _CLASSES.get(getattr(rule, "kind", None), _CLASSES["rejected"])
        yield Told(
            slug=_own(rule, "slug", slug),
            status=_own(rule, "status", status),
            title=_own(rule, "title", ""),
            detail=_own(rule, "detail", ""),
        )


def _own(rule: Any, name: str, otherwise: T) -> T:
    value = getattr(rule, name, otherwise)
    return value if isinstance(value, type(otherwise)) else otherwise
