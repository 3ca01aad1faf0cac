"""The order of keys: as the pages show them, which is for the most part the order of the types' fields."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from gateway.editing.formatting.nodes import BLANK, Collection, Entry, Scalar
from gateway.loading.targets import flat, steps

_POLICIES = ("timeout", "breaker", "retry", "quota", "bulkhead", "rate_limit", "cache", "idempotency", "cost")

LEADING: Mapping[str, tuple[str, ...]] = {
    "Policies": _POLICIES,
    "Integration": ("title", "base_url", "allow_private", "credential", "extends", *_POLICIES),
    "Endpoint": (
        *("route", "upstream", "summary", "description", "tags", "deprecated", "sunset", "extends"),
        *("path", "query", "headers", "body", "response", "responses", "send", "reply", "paging", "stream", "strict"),
        *("cache", "invalidates", "retry", "idempotent", "idempotency", "timeout", "breaker"),
    ),
}  # fmt: skip
"""Keys that stand first where the fields of the type, which policies add to, say something else."""

TRAILING: Mapping[str, tuple[str, ...]] = {
    "Policies": ("errors", "stub"),
    "Integration": ("errors", "stub", "openapi", "endpoints", "native"),
    "Endpoint": ("errors", "stub", "examples"),
    "ErrorRule": ("as", "retryable"),
}
"""Keys that stand last: the long ones."""


class Order:
    """Puts the keys of a file in order; `document` is the type of the file."""

    def __init__(self, document: Any) -> None:
        self._root = inspect.type_info(document)

    def arranged(self, root: Collection) -> Collection:
        """Each map whose keys are known; one that somebody names freely, such as an example, stays as it is."""
        if not root.entries:
            return root
        header, first = _split(root.entries[0])
        entries = self._map((first, *root.entries[1:]), (self._root,))
        top = msgspec.structs.replace(entries[0], before=(*header, *_without_blank(entries[0].before, header)))
        return msgspec.structs.replace(root, entries=(top, *entries[1:]))

    def _node(self, node: Scalar | Collection, kinds: tuple[inspect.Type, ...]) -> Scalar | Collection:
        if isinstance(node, Scalar) or not kinds:
            return node
        if node.is_map:
            return msgspec.structs.replace(node, entries=self._map(node.entries, kinds))
        items = tuple(self._below(entry, kinds, 0) for entry in node.entries)
        return msgspec.structs.replace(node, entries=items)

    def _map(self, entries: tuple[Entry, ...], kinds: Iterable[inspect.Type]) -> tuple[Entry, ...]:
        kinds = tuple(one for kind in kinds for one in flat(kind))
        inner = [self._below(entry, kinds, _name(entry)) for entry in entries]
        return _sorted(inner, [name for kind in kinds for name in _names(kind)])

    def _below(self, entry: Entry, kinds: Iterable[inspect.Type], key: str | int) -> Entry:
        found = tuple(step for kind in kinds for one in flat(kind) for step in steps(one, key))
        return msgspec.structs.replace(entry, value=self._node(entry.value, found))


def _names(kind: inspect.Type) -> list[str]:
    if not isinstance(kind, inspect.StructType):
        return []
    fields = [field.encode_name for field in kind.fields]
    name = kind.cls.__name__
    first, last = LEADING.get(name, ()), TRAILING.get(name, ())
    tag = [kind.tag_field] if kind.tag_field else []
    return [*tag, *first, *(field for field in fields if field not in {*first, *last}), *last]


def _sorted(entries: list[Entry], names: list[str]) -> tuple[Entry, ...]:
    """A key that is not known stays behind the one that it follows; a blank line at the top stays there."""
    ranks = {name: rank for rank, name in reversed(list(enumerate(names)))}
    ranked, rank = [], -1
    for entry in entries:
        rank = ranks.get(_name(entry), rank)
        ranked.append((rank, entry))
    ordered = [entry for _, entry in sorted(ranked, key=lambda one: one[0])]
    if ordered == entries:
        return tuple(entries)
    gap = entries[0].before[:1] if entries[0].before[:1] == (BLANK,) else ()
    loose = [_beginning(entry) if entry in (ordered[0], entries[0]) else entry for entry in ordered]
    first = msgspec.structs.replace(loose[0], before=(*gap, *loose[0].before))
    return tuple(msgspec.structs.replace(entry, broken=False) for entry in (first, *loose[1:]))


def _beginning(entry: Entry) -> Entry:
    """Without a blank line above: the top of a map keeps its own."""
    return msgspec.structs.replace(entry, before=_without_blank(entry.before, ()))


def _name(entry: Entry) -> str:
    return entry.key.value if entry.key is not None else ""


def _split(first: Entry) -> tuple[tuple[str, ...], Entry]:
    """What is above the first key: the file's own comments, and after the last blank line those of the key."""
    before = first.before
    cut = len(before) - before[::-1].index(BLANK) if BLANK in before else len(before)
    return before[:cut], msgspec.structs.replace(first, before=before[cut:])


def _without_blank(before: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """Without a blank line at the beginning, unless something stands above."""
    return before[1:] if before[:1] == (BLANK,) and (not above or above[-1] == BLANK) else before
