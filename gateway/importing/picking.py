"""Which operations an item of `operations` means."""

from collections.abc import Iterable, Sequence

from gateway.importing.document import METHODS, Document, Offered

_TAG = "tag:"
_METHODS = frozenset(method.upper() for method in METHODS)


def pick(document: Document, item: str) -> tuple[Offered, ...]:
    """Those of an operationId, of `METHOD /path`, of a `/path` alone, or of `tag:NAME`; paths may hold `*` and `**`."""
    if item.startswith(_TAG):
        tag = item.removeprefix(_TAG).strip()
        return tuple(one for one in document.operations if tag in one.tags)
    method, path = _split(item)
    if not path:
        return tuple(one for one in document.operations if one.id == item)
    pattern = path.split("/")
    return tuple(
        one
        for one in document.operations
        if one.method == (method or one.method) and fits(pattern, one.path.split("/"))
    )


def is_one(item: str) -> bool:
    """Whether the item names an operation, so that it is missed where it cannot be had."""
    method, path = _split(item)
    return not item.startswith(_TAG) and (not path or (bool(method) and "*" not in path.split("/")))


def spellings(document: Document, item: str) -> Iterable[str]:
    """What could have been meant by an item that picks nothing."""
    if item.startswith(_TAG):
        return {f"{_TAG}{tag}" for one in document.operations for tag in one.tags}
    method, path = _split(item)
    if not path:
        return [one.id for one in document.operations if one.id]
    return {f"{one.method} {one.path}" if method else one.path for one in document.operations}


def fits(pattern: Sequence[str], segments: Sequence[str]) -> bool:
    """`*` is one segment, `**` any number, also none."""
    reached = {0}
    for part in pattern:
        if part == "**":
            reached = set(range(min(reached), len(segments) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(segments) and part in {"*", segments[at]}}
    return len(segments) in reached


def _split(item: str) -> tuple[str, str]:
    """Method and path; both are empty for what is an operationId."""
    method, _, path = item.rpartition(" ")
    if not path.startswith("/"):
        return "", ""
    method = method.strip().upper()
    return (method, path) if not method or method in _METHODS else ("", "")
