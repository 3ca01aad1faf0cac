"""What a span may say of a request: names that the config declares, numbers, and words of which there are few.

Details of events are written by stages and plugins, some of them with what callers sent; only what stands in this list
leaves the gateway.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.contract import Event

Value = str | int | float | bool

CACHE: Mapping[str, str] = {
    "cache.bypass": "bypass",
    "cache.coalesced": "coalesced",
    "cache.hit": "hit",
    "cache.miss": "miss",
    "cache.stale": "stale",
}
QUOTA: Mapping[str, str] = {"quota.allowed": "allowed", "quota.refused": "refused"}

_WORDS: Mapping[str, frozenset[str]] = {
    "cache.refresh_failed": frozenset({"slug"}),
    "credential.needs_user": frozenset({"provider"}),
    "credential.renewed": frozenset({"provider"}),
    "errors.mapped": frozenset({"slug"}),
    "idempotency.ended": frozenset({"outcome"}),
    "idempotency.refused": frozenset({"reason"}),
    "paging.broke_off": frozenset({"slug"}),
    "retry.refused": frozenset({"failure", "reason"}),
    "retry.scheduled": frozenset({"reason"}),
}
_NONE: frozenset[str] = frozenset()


def details(event: Event) -> dict[str, Value]:
    """Numbers, and the words that are known."""
    words = _WORDS.get(event.name, _NONE)
    found: dict[str, Value] = {}
    for name, value in event.detail.items():
        if isinstance(value, int | float) or (name in words and isinstance(value, str)):
            found[f"gateway.{name}"] = value
    circuit = event.detail.get("circuit")
    if isinstance(circuit, str):
        found["gateway.circuit"] = circuit.partition("/")[0]  # behind it stands the user whose circuit it is
    return found


def outcomes(events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """What became of cache and quota; the last word counts, since who asks another process of the gateway first has a
    miss and then perhaps a hit.
    """
    names = [event.name for event in events]
    for key, known in (("gateway.cache", CACHE), ("gateway.quota", QUOTA)):
        word = next((known[name] for name in reversed(names) if name in known), None)
        if word is not None:
            yield key, word


def attempts(events: Iterable[Event]) -> list[tuple[Event, Event | None]]:
    """Each attempt that went to the vendor: its beginning, and its end where that has come."""
    found: list[tuple[Event, Event | None]] = []
    for event in events:
        if event.name == "attempt.sent" and "span" in event.detail:
            found.append((event, None))
        elif found and found[-1][1] is None and event.name in {"attempt.answered", "attempt.failed"}:
            found[-1] = (found[-1][0], event)
    return found


def others(events: Iterable[Event]) -> list[Event]:
    """What is told as an event of the request: attempts are spans of their own, except a stub's."""
    events = tuple(events)
    stubbed = not any("span" in event.detail for event in events)
    return [event for event in events if stubbed or not event.name.startswith("attempt.")]


def where(detail: Mapping[str, Any], name: str) -> int:
    """A whole number among the details; 0 where there is none."""
    value = detail.get(name)
    return value if isinstance(value, int) else 0
