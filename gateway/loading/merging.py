"""What each endpoint takes over from the levels above it, and what that comes to.

Maps merge, everything else replaces; `null` cuts off what is inherited. Where a policy says so, its lists are put one
before the other instead, the most specific first.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import chain
from typing import Any

import msgspec

from gateway.config import EffectivePolicy
from gateway.contract import Policy
from gateway.diagnostics import Problem
from gateway.loading.levels import ABSENT
from gateway.loading.naming import named
from gateway.loading.reasons import reason_of
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.registry import Registry
from gateway.units import read_unit

Policies = Mapping[str, EffectivePolicy]
Mentions = list[tuple[Keys, Any]]


class Merger:
    """Settings of policies, merged and converted; equal ones once. `broken` are places that are wrong already."""

    def __init__(self, registry: Registry, source: Source, broken: frozenset[Keys]) -> None:
        self._policies = [policy for policy in registry.policies if policy.settings is not None]
        self._source = source
        self._levels = source.levels
        self._broken = broken
        self._converted: dict[tuple[str, bytes], Any] = {}
        self._lacking: dict[str, list[Problem]] = {}
        self.problems: list[Problem] = []

    def integration(self, name: str, *, mounted: bool) -> Policies:
        """The policies that are on for the whole integration; what it lacks matters only where that is served."""
        found: dict[str, EffectivePolicy] = {}
        self._lacking = {}
        for policy in self._policies:
            effective, problems = self._effective(policy, name, None)
            if effective is not None:
                found[policy.name] = effective
            if problems:
                self._lacking[policy.name] = problems
        if mounted:
            self.problems.extend(chain.from_iterable(self._lacking.values()))
        return found

    def endpoint(self, integration: str, name: str, inherited: Policies) -> Policies:
        """As inherited, save for what the endpoint or its own profiles mention."""
        own = self._levels.own(("integrations", integration, "endpoints", name))
        changed = [policy for policy in self._policies if any(policy.name in level for level in own)]
        found: dict[str, EffectivePolicy | None] = {}
        for policy in changed:
            found[policy.name], problems = self._effective(policy, integration, name)
            self.problems.extend(problems)
        for key in self._lacking.keys() - found.keys():
            self.problems.extend(self._lacking[key])
        return (
            {key: value for key, value in {**inherited, **found}.items() if value is not None} if found else inherited
        )

    def _effective(
        self, policy: Policy, integration: str, endpoint: str | None
    ) -> tuple[EffectivePolicy | None, list[Problem]]:
        mentions = list(self._levels.mentions(integration, endpoint, policy.name))
        levels = self._levels.of(integration, endpoint)
        if any((*level, policy.name) in self._broken for level in levels):
            return None, []
        merged = combined(policy, [value for _, value in mentions])
        if merged is ABSENT:
            return None, []
        key = (policy.name, msgspec.json.encode(merged))
        if key not in self._converted:
            self._converted[key] = self._convert(policy, merged)
        settings = self._converted[key]
        if isinstance(settings, msgspec.ValidationError):
            return None, [*self._refusals(policy, merged, mentions, settings, (integration, endpoint))]
        return EffectivePolicy(settings, integration if endpoint is None else f"{integration}.{endpoint}"), []

    def _convert(self, policy: Policy, merged: Any) -> Any:
        try:
            return msgspec.convert(merged, policy.settings, dec_hook=read_unit, str_keys=True)
        except msgspec.ValidationError as error:
            return error

    def _refusals(
        self,
        policy: Policy,
        merged: Any,
        mentions: Mentions,
        error: msgspec.ValidationError,
        owner: tuple[str, str | None],
    ) -> Iterator[Problem]:
        """Each required key that no level gives, at the most specific mention; else what the settings say."""
        nearest = mentions[0][0]
        missing = list(_missing(policy.settings, merged))
        for at in missing:
            message = f"missing key `{at[-1]}` in {named((*nearest, *at[:-1]))}"
            yield self._source.problem("GW105", nearest, message, at_key=True)
        if not missing:
            message, path = reason_of(error)
            where = self._levels.origin(*owner, (policy.name, *path)) or nearest
            yield self._source.problem("GW111", where, message)


def combined(policy: Policy, values: list[Any]) -> Any:
    """What the levels come to, most specific first; a `null` among them is the last that counts."""
    if not values or values[0] is None:
        return ABSENT
    said = [value for value in values if value is not None]
    if policy.prepend:
        return list(chain.from_iterable(value for value in said if isinstance(value, list)))
    return reduce(_over, reversed(said))


def _over(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _over(below[key], value) if key in below else value
    return merged


def _missing(kind: Any, value: Any) -> Iterator[Keys]:
    """The required keys that a map lacks, also in the maps within it."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict)):
        return
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in value:
            if field.required:
                yield (field.encode_name,)
            continue
        for inner in _structs(field.type):
            yield from ((field.encode_name, *rest) for rest in _missing(inner, value[field.encode_name]))


def _structs(kind: Any) -> Iterator[Any]:
    if hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    yield from getattr(kind, "__args__", (kind,))
