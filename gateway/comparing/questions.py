"""What callers send: a change breaks them where what they may have sent is not taken any more."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.comparing.schemas import Comparison, Side
from gateway.comparing.words import Change, shown, told

Written = tuple[str, Mapping[str, Any]]
"""A path, and the operation."""

Parameters = Mapping[tuple[str, str], Mapping[str, Any]]


def questions(before: Written, after: Written, old: Side, new: Side) -> Iterator[Change]:
    yield from _parameters(_by_name(*before), _by_name(*after), old, new)
    yield from _bodies(before[1].get("requestBody"), after[1].get("requestBody"), old, new)
    if after[1].get("deprecated") and not before[1].get("deprecated"):
        yield Change(what="is deprecated now")


def _by_name(route: str, operation: Mapping[str, Any]) -> Parameters:
    """Those of the path by where they stand: nobody who calls knows their names."""
    segments = route.split("/")
    found = {}
    for parameter in operation.get("parameters", ()):
        name, place = parameter["name"], parameter["in"]
        found[place, str(segments.index(f"{{{name}}}")) if place == "path" else name.lower()] = parameter
    return found


def _parameters(before: Parameters, after: Parameters, old: Side, new: Side) -> Iterator[Change]:
    for key in dict.fromkeys([*after, *before]):
        where = f"{key[0]} `{(after.get(key) or before[key])['name']}`"
        if key not in after:
            yield Change(where=where, what="is not known any more", breaks=True)
        elif key not in before:
            required = after[key].get("required", False)
            yield Change(where=where, what="is new and required" if required else "is new", breaks=required)
        else:
            yield from _parameter(before[key], after[key], where, old, new)


def _parameter(
    before: Mapping[str, Any], after: Mapping[str, Any], where: str, old: Side, new: Side
) -> Iterator[Change]:
    if before.get("required", False) != after.get("required", False):
        required = after.get("required", False)
        yield Change(where=where, what="is required now" if required else "is not required any more", breaks=required)
    if before.get("explode") != after.get("explode"):
        yield Change(where=where, what="has its values in another form: `style`", breaks=True)
    one, other = before["schema"], after["schema"]
    yield from _taken(one, other, where, old, new)
    if one.get("default") != other.get("default"):
        yield Change(where=where, what=f"default {shown(one.get('default'))} → {shown(other.get('default'))}")


def _bodies(before: Any, after: Any, old: Side, new: Side) -> Iterator[Change]:
    if before is None and after is None:
        return
    if before is None:
        yield Change(where="body", what="is new and required", breaks=True)
    elif after is None:
        yield Change(where="body", what="is not known any more", breaks=True)
    else:
        for kind in dict.fromkeys([*after["content"], *before["content"]]):
            one, other = before["content"].get(kind), after["content"].get(kind)
            if one is None or other is None:
                what = f"{kind} is taken now" if one is None else f"{kind} is not taken any more"
                yield Change(where="body", what=what, breaks=other is None)
            else:
                yield from _taken(one.get("schema", {}), other.get("schema", {}), "body", old, new)


def _taken(before: Any, after: Any, where: str, old: Side, new: Side) -> Iterator[Change]:
    """A property that is new and required is told once."""
    for bound in Comparison(old, new).bounds(before, after):
        yield told(bound, where, tightens=True, breaks=True)
    for bound in Comparison(new, old).bounds(after, before):
        if bound.keyword == "required":
            yield Change(where=f"{where} {'.'.join(bound.path)}", what="is not required any more")
        elif bound.keyword != "known":
            yield told(bound, where, tightens=False, breaks=False)
    for path in Comparison(new, old).gone(after, before):
        yield Change(where=f"{where} {'.'.join(path)}", what="is new")
