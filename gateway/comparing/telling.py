"""Differences as lines for people: `~ vapi.list_assistants timeout.total 20s → 30s  (integrations.yaml:14)`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from gateway.comparing.configs import Difference

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_LONGEST = 60


def lines(found: Sequence[Difference], endpoints: Mapping[str, int]) -> Iterator[str]:
    """One a difference; what all of an integration's `endpoints`, of which there are so many, share is told once."""
    shared = Counter(_alike(one) for one in found)
    told = set()
    for one in found:
        alike = _alike(one)
        integration = one.subject.partition(".")[0]
        if one.key and shared[alike] > 1 and shared[alike] == endpoints.get(integration):
            if alike in told:
                continue
            told.add(alike)
            yield _line(msgspec.structs.replace(one, subject=f"{integration}.*"))
        else:
            yield _line(one)


def _alike(one: Difference) -> tuple[str, ...]:
    """The same for endpoints of one integration where the same value of another level changed."""
    integration, dot, _ = one.subject.partition(".")
    return (integration + dot, one.change, one.key, repr(one.before), repr(one.after), str(one.place))


def _line(one: Difference) -> str:
    what = " ".join(filter(None, (_SIGNS[one.change], one.subject, one.key, _values(one))))
    place = one.place or ("default" if one.change == "changed" else "")
    return f"{what}  ({place})" if place else what


def _values(one: Difference) -> str:
    return " → ".join(shown(value) for value in (one.before, one.after) if value is not UNSET)


def shown(value: Any) -> str:
    """Short enough for a line."""
    plain = isinstance(value, str) and value.isprintable() and value.strip() == value != ""
    text = value if plain else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
