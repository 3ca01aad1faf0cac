"""Two OpenAPI documents of the gateway: what of the change breaks those who call it, and what does not."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.comparing.answers import answers
from gateway.comparing.questions import questions
from gateway.comparing.schemas import Side
from gateway.comparing.words import Change

_NAME = re.compile(r"\{[^}]*\}")

Operations = Mapping[tuple[str, str], tuple[str, Mapping[str, Any]]]
"""By method and path, whatever its parameters are called: the path as it is written, and the operation."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """In the order of the new document, what is gone last."""
    return [*_operations(before, after), *_mounts(before, after)]


def _operations(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = _by_route(before), _by_route(after)
    sides = Side(before), Side(after)
    for key in dict.fromkeys([*new, *old]):
        route, operation = new[key] if key in new else old[key]
        about = Change(subject=operation["operationId"], call=f"{key[0]} {route}")
        if key not in new:
            yield msgspec.structs.replace(about, what="is gone", breaks=True)
        elif key not in old:
            yield msgspec.structs.replace(about, what="is new")
        else:
            yield from (found.of(about) for found in questions(old[key], new[key], *sides))
            yield from (found.of(about) for found in answers(old[key][1], new[key][1], *sides))


def _by_route(document: Mapping[str, Any]) -> Operations:
    return {
        (method.upper(), _NAME.sub("{}", route)): (route, operation)
        for route, item in document.get("paths", {}).items()
        for method, operation in item.items()
    }


def _mounts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What a native mount allows, by its path."""
    old, new = _allowed(before), _allowed(after)
    for call, integration in old.items():
        if call not in new:
            yield Change(subject=integration, call=call, what="is gone", breaks=True)
    for call, integration in new.items():
        if call not in old:
            yield Change(subject=integration, call=call, what="is new")


def _allowed(document: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for mount in document.get("x-native-mounts", ()):
        for allowed in mount["allow"]:
            method, _, path = allowed.partition(" ")
            found[f"{method} {mount['mount']}{path}"] = mount["integration"]
    return found
