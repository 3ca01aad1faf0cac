"""What msgspec says of a value that it refuses, as words and a place."""

import re

import msgspec

from gateway.loading.tree import Keys

_PLACE = re.compile(r"(?s)(.*) - at `(?:key` in `)?\$([^`]*)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|(\[\.\.\.\])")


def reason_of(error: msgspec.ValidationError) -> tuple[str, Keys]:
    """msgspec tells the place in its message only; keys of maps are hidden there, so the way ends before them."""
    text = str(error)
    found = _PLACE.fullmatch(text)
    if found is None:
        return _lowered(text), ()
    path: list[str | int] = []
    for name, index, hidden in _STEP.findall(found[2]):
        if hidden:
            break
        path.append(name or int(index))
    return _lowered(found[1]), tuple(path)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
