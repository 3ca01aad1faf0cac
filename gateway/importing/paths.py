"""Where an operation stands: the route that callers get, and what the vendor is asked below `base_url`."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from gateway.importing.document import Offered
from gateway.importing.faults import NotCarried

_PIECE = re.compile(r"(\{[^{}]*\})")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_SUFFIX = re.compile(r"\.(json|xml|csv|html|txt)$")
_UNFIT = re.compile(r"[\s?#\\\"<>^`|\x00-\x20\x7f]|[{}]{2}")
_NO_WORD = "'\"()[]:;,.=@!$&*+~-"
"""What may stand around a parameter, as in `users('{id}')` or `{name}:cancel`, and is no part of a word."""


class Placed(msgspec.Struct, frozen=True):
    """Both paths, without their method; `names` are the caller's names of the vendor's parameters."""

    route: str
    upstream: str
    names: dict[str, str]


def placed(operation: Offered, base_url: str) -> Placed:
    """Raises NotCarried for a path that is not below `base_url`, or can be no path of ours."""
    path = operation.path
    if _UNFIT.search(path) or any(map(_is_unfit, path.split("/"))):
        raise NotCarried("its path holds more than segments and parameters")
    server, own = _segments(operation.server), path.split("/")[1:]
    base = _segments(urlsplit(base_url).path)
    names = _names(path)
    taken = _overlap(base, [*server, *own])
    if taken == 0 and base:
        server = []  # an address with a path of its own stands in the server's place
    upstream, below = [*server, *own][taken:], own[max(0, taken - len(server)) :]
    route = "/".join(segment for written in below for segment in _route_segments(written, names, written is below[-1]))
    kept = set(_parameters("/".join(upstream)))
    return Placed(
        f"/{route}",
        "/" + "/".join(_renamed(segment, names) for segment in upstream),
        {vendor: name for vendor, name in names.items() if vendor in kept},
    )


def _is_unfit(segment: str) -> bool:
    return (
        segment in {".", "..", "*", "**"}
        or segment[:1] == ":"
        or "{" in (rest := _PIECE.sub("", segment))
        or "}" in rest
    )


def _overlap(base: list[str], whole: list[str]) -> int:
    """How many of the first segments `base` ends with; a value there stands for the parameter here."""
    starts = [start for start, segment in enumerate(base) if whole and segment == whole[0]]
    for start in starts:
        tail = base[start:]
        if len(tail) < len(whole) and all(map(_stands_for, tail, whole)):
            return len(tail)
    if starts:
        raise NotCarried("its path is not below `base_url`")
    return 0


def _stands_for(value: str, segment: str) -> bool:
    return value == segment or (_PIECE.fullmatch(segment) is not None)


def _names(path: str) -> dict[str, str]:
    """Each parameter's name, such that it can stand in a route."""
    names: dict[str, str] = {}
    for vendor in _parameters(path):
        name = _NOT_IN_NAMES.sub("_", vendor).strip("_")
        name = name if _NAME.fullmatch(name) else f"p_{name}"
        if vendor in names or name in names.values():
            raise NotCarried(f"its path names the parameter `{vendor}` twice")
        names[vendor] = name
    return names


def _parameters(path: str) -> list[str]:
    return [piece[1:-1] for piece in _PIECE.findall(path)]


def _renamed(segment: str, names: dict[str, str]) -> str:
    return _PIECE.sub(lambda piece: f"{{{names[piece[0][1:-1]]}}}", segment)


def _route_segments(written: str, names: dict[str, str], last: bool) -> Iterator[str]:
    """A parameter is a whole segment of a route; words beside it become segments of their own."""
    if last:
        written = _SUFFIX.sub("", written)
    pieces = [piece for piece in _PIECE.split(written) if piece]
    if not any(map(_PIECE.fullmatch, pieces)):
        yield written
        return
    for piece in pieces:
        if _PIECE.fullmatch(piece):
            yield f"{{{names[piece[1:-1]]}}}"
        elif word := piece.strip(_NO_WORD):
            yield word


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
