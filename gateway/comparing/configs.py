"""What differs between two resolved configs: by integration and endpoint, whatever the files look like."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from gateway.rendering import Rendered
from gateway.rendering.values import is_leaf, pointer

Keys = tuple[str | int, ...]

_SETS = frozenset({"required", "enum", "type"})
"""Keywords of schemas whose lists have no order."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is an integration, an endpoint or `server`; `place` is where the value stands or stood.

    Without a `key` the subject itself came or went. Without a `place` the new value is a built-in default.
    """

    change: Literal["added", "removed", "changed"]
    subject: str
    key: str = ""
    before: Any = UNSET
    after: Any = UNSET
    place: str | None = None


def differences(before: Rendered, after: Rendered) -> list[Difference]:
    """In the order of the file, what is gone behind what is left; secrets are compared as they are shown."""
    return list(_Comparison(before, after).all())


class _Comparison:
    def __init__(self, before: Rendered, after: Rendered) -> None:
        self._before = before
        self._after = after

    def all(self) -> Iterator[Difference]:
        old, new = self._before.config, self._after.config
        yield from self._values("server", old["server"], new["server"], ("server",), 1)
        for name, one, other in _paired(old["integrations"], new["integrations"]):
            at: Keys = ("integrations", name)
            yield from self._item(name, one, other, at)
            for key, left, right in _paired(_endpoints(one), _endpoints(other)):
                yield from self._item(f"{name}.{key}", left, right, (*at, "endpoints", key))

    def _item(self, subject: str, old: Any, new: Any, at: Keys) -> Iterator[Difference]:
        """An integration or an endpoint; its endpoints are looked at for themselves."""
        if old is UNSET or new is UNSET:
            yield self._came_or_went(subject, at, old, new, key="")
            return
        for key, one, other in _paired(old, new):
            if key != "endpoints":
                yield from self._values(subject, one, other, (*at, key), len(at))

    def _values(self, subject: str, old: Any, new: Any, at: Keys, start: int) -> Iterator[Difference]:
        if old is UNSET or new is UNSET:
            yield self._came_or_went(subject, at, old, new, key=_dotted(at[start:]))
        elif isinstance(old, dict) and isinstance(new, dict):
            for key, one, other in _paired(old, new):
                yield from self._values(subject, one, other, (*at, key), start)
            yield from self._counting(subject, at, start)
        elif isinstance(old, list) and isinstance(new, list) and not (is_leaf(old) and is_leaf(new)):
            yield from self._lists(subject, old, new, at, start)
        elif not _same(old, new, at):
            place = self._place(self._after, at)
            key = _dotted(at[start:])
            yield Difference(change="changed", subject=subject, key=key, before=old, after=new, place=place)

    def _counting(self, subject: str, at: Keys, start: int) -> Iterator[Difference]:
        alone = [pointer(at) in rendered.alone for rendered in (self._before, self._after)]
        if alone[0] != alone[1]:
            said = ["for this endpoint alone" if one else "for the integration as a whole" for one in alone]
            key, place = f"{_dotted(at[start:])} counts", self._place(self._after, at)
            yield Difference(change="changed", subject=subject, key=key, before=said[0], after=said[1], place=place)

    def _lists(self, subject: str, old: list[Any], new: list[Any], at: Keys, start: int) -> Iterator[Difference]:
        """Items that are maps come and go as wholes; the same ones in another order are another list."""
        gone = [index for index, item in enumerate(old) if item not in new]
        come = [index for index, item in enumerate(new) if item not in old]
        for index in gone:
            yield self._came_or_went(subject, (*at, index), old[index], UNSET, key=_dotted(at[start:]))
        for index in come:
            yield self._came_or_went(subject, (*at, index), UNSET, new[index], key=_dotted(at[start:]))
        if old != new and not gone and not come:
            place, key = self._place(self._after, at), _dotted(at[start:])
            yield Difference(change="changed", subject=subject, key=key, before=old, after=new, place=place)

    def _came_or_went(self, subject: str, at: Keys, old: Any, new: Any, *, key: str) -> Difference:
        place = self._place(self._before if new is UNSET else self._after, at)
        shown = {"before": old, "after": new} if key else {}
        return Difference(change="removed" if new is UNSET else "added", subject=subject, key=key, place=place, **shown)

    def _place(self, rendered: Rendered, at: Keys) -> str | None:
        """Of a map or list, that of the first value within."""
        below = pointer(at) + "/"
        found = rendered.origins.get(pointer(at))
        return found or next((origin for key, origin in rendered.origins.items() if key.startswith(below)), None)


def _paired(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each name of two maps once, in the order of the new one; what is not there is UNSET."""
    one, other = old or {}, new or {}
    for name in dict.fromkeys([*other, *one]):
        yield name, one.get(name, UNSET), other.get(name, UNSET)


def _endpoints(integration: Any) -> Any:
    return integration.get("endpoints") if isinstance(integration, dict) else None


def _same(old: Any, new: Any, at: Keys) -> bool:
    if at[-1] in _SETS and isinstance(old, list) and isinstance(new, list):
        return Counter(map(repr, old)) == Counter(map(repr, new))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _dotted(keys: Keys) -> str:
    return ".".join(map(str, keys))
