"""What callers get: a change breaks them where something they rely on is gone, or is not what it was."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.comparing.schemas import Comparison, Side
from gateway.comparing.words import Change, told
from gateway.openapi import explanations

_PROBLEM = "application/problem+json"
_PAGE = "/problems/"


def answers(before: Mapping[str, Any], after: Mapping[str, Any], old: Side, new: Side) -> Iterator[Change]:
    yield from _successes(_good(before, old), _good(after, new), old, new)
    yield from _problems(_slugs(before, old), _slugs(after, new))


def _good(operation: Mapping[str, Any], side: Side) -> Mapping[str, Mapping[str, Any]]:
    found = {status: side.flat(answer) for status, answer in operation["responses"].items()}
    return {status: answer for status, answer in found.items() if _PROBLEM not in answer.get("content", {})}


def _successes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], old: Side, new: Side
) -> Iterator[Change]:
    for status in dict.fromkeys([*after, *before]):
        where = f"answer {status}"
        if status not in after:
            yield Change(where=where, what="is gone", breaks=True)
        elif status not in before:
            yield Change(where=where, what="is new")
        else:
            yield from _contents(before[status].get("content", {}), after[status].get("content", {}), where, old, new)


def _contents(
    before: Mapping[str, Any], after: Mapping[str, Any], where: str, old: Side, new: Side
) -> Iterator[Change]:
    for kind in dict.fromkeys([*after, *before]):
        if kind not in after:
            yield Change(where=where, what=f"is not {kind} any more", breaks=True)
        elif kind not in before:
            yield Change(where=where, what=f"may be {kind} now")
        else:
            yield from _given(before[kind].get("schema", {}), after[kind].get("schema", {}), where, old, new)


def _given(before: Any, after: Any, where: str, old: Side, new: Side) -> Iterator[Change]:
    gone = [*Comparison(old, new).gone(before, after)]
    for path in gone:
        yield Change(where=f"{where} {'.'.join(path)}", what="is gone", breaks=True)
    for bound in Comparison(new, old).bounds(after, before):
        if bound.keyword not in {"known", "additionalProperties"} and bound.path not in gone:
            yield told(bound, where, tightens=False, breaks=True)
    for path in Comparison(new, old).gone(after, before):
        yield Change(where=f"{where} {'.'.join(path)}", what="is new")


def _slugs(operation: Mapping[str, Any], side: Side) -> dict[str, set[str]]:
    """Each problem and the statuses that it comes with."""
    found: dict[str, set[str]] = {}
    for status, answer in operation["responses"].items():
        schema = side.flat(answer).get("content", {}).get(_PROBLEM, {}).get("schema", {})
        for address in side.flat(side.flat(schema).get("properties", {}).get("type")).get("enum", ()):
            found.setdefault(address.rpartition(_PAGE)[2], set()).add(status)
    return found


def _problems(before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> Iterator[Change]:
    """A config's own problems are what callers act on; one of the gateway's own that cannot occur any more is none."""
    general = explanations(())
    for slug in dict.fromkeys([*after, *before]):
        where = f"problem `{slug}`"
        if slug not in before:
            yield Change(where=where, what=f"is new: {_list(after[slug])}")
        elif slug in general:
            continue
        elif slug not in after:
            yield Change(where=where, what="is gone", breaks=True)
        elif before[slug] != after[slug]:
            yield Change(where=where, what=f"status {_list(before[slug])} → {_list(after[slug])}", breaks=True)


def _list(statuses: set[str]) -> str:
    return ", ".join(sorted(statuses))
