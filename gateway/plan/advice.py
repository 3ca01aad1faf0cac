"""Warnings about settings that are legal and never do what whoever wrote them must have meant."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from gateway.diagnostics import Problem
from gateway.loading import Source

_MANY = 200
"""Rules that are held against each other; each against all before it."""

_UNKNOWN = ("reset", "timeout", "5xx")
"""Failures after which a vendor may have acted all the same."""


def advice(plans: Sequence[Any], source: Source) -> Iterator[Problem]:
    """Of all plans (`plan.operation`, `plan.policies`); endpoints that inherit the same rules are looked at once."""
    hidden: dict[int, list[tuple[int, int]]] = {}
    for plan in plans:
        yield from _idle_retry(plan, source)
        errors = plan.policies.get("errors")
        if errors is not None:
            if id(errors.settings) not in hidden:
                hidden[id(errors.settings)] = _pairs(errors.settings)
            yield from _hidden_rules(plan, hidden[id(errors.settings)], source)


def _idle_retry(plan: Any, source: Source) -> Iterator[Problem]:
    """A write says that it is to be repeated where it never is."""
    operation, retry = plan.operation, plan.policies.get("retry")
    if retry is None or retry.scope != operation.id or operation.safe or retry.settings.attempts == 1:
        return
    path = ("integrations", operation.integration, "endpoints", operation.name, "retry")
    if retry.settings.unsafe == "never":
        text = f"`retry` of `{operation.id}` never happens: a {operation.upstream_method} may have been acted upon"
        hint = "`unsafe: known_unprocessed` repeats what was not; `idempotent: true` says that a repeat does no harm"
        yield source.problem("GW307", path, text, hint=hint, at_key=True)
        return
    asked = source.levels.value(path[:-1], ("retry", "when"))
    for index, reason in enumerate(asked if isinstance(asked, list) else ()):
        if retry.settings.unsafe == "known_unprocessed" and reason in _UNKNOWN:
            text = f"`{operation.id}` is never repeated after `{reason}`: it may have been acted upon"
            yield source.problem("GW307", (*path, "when", index), text, hint="`unsafe` allows only what was not sent")


def _hidden_rules(plan: Any, pairs: Sequence[tuple[int, int]], source: Source) -> Iterator[Problem]:
    """Only within one list: a lower level may well be overruled."""
    told: set[Any] = set()
    for earlier, later in pairs:
        first, hidden = (
            source.levels.origin(plan.operation.integration, plan.operation.name, ("errors", index))
            for index in (earlier, later)
        )
        if first is not None and hidden is not None and first[:-1] == hidden[:-1] and hidden not in told:
            told.add(hidden)
            text = f"this rule is never reached: rule {int(first[-1]) + 1} fits everything that it fits"
            yield source.problem("GW308", (*hidden, "when"), text, hint="put the more exact rule first", at_key=True)


def _pairs(rules: Sequence[Any]) -> list[tuple[int, int]]:
    """Each rule that an earlier one covers, behind each that does."""
    found: list[tuple[int, int]] = []
    for later, rule in enumerate(rules[:_MANY]):
        earlier = (index for index in range(later) if _covers(rules[index].when, rule.when))
        found.extend((index, later) for index in earlier)
    return found


def _covers(wide: Any, narrow: Any) -> bool:
    """Whether everything that fits `narrow` fits `wide`, as far as that can be told from what is written."""
    if (wide.reason is msgspec.UNSET) != (narrow.reason is msgspec.UNSET):
        return False
    if wide.reason is not msgspec.UNSET:
        return _all(narrow.reason) <= _all(wide.reason)
    statuses = wide.status is msgspec.UNSET or (
        narrow.status is not msgspec.UNSET and all(_within(one, _all(wide.status)) for one in _all(narrow.status))
    )
    return statuses and _fewer(wide.body, narrow.body) and _fewer(wide.header, narrow.header)


def _within(status: Any, wide: frozenset[Any]) -> bool:
    return status in wide or (isinstance(status, int) and f"{status // 100}xx" in wide)


def _fewer(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Every condition of `wide` stands in `narrow` too, there for no more values."""
    return all(name in narrow and _all(narrow[name]) <= _all(values) for name, values in wide.items())


def _all(value: Any) -> frozenset[Any]:
    return frozenset(value if isinstance(value, tuple) else (value,))
