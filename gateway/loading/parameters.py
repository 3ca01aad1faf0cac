"""A parameter as it is written: a JSON Schema with three keys of our own beside it."""

from collections.abc import Iterator
from typing import Any

from gateway.loading.tree import Keys

OWN = frozenset({"required", "as", "style"})

_STYLES = ("comma", "deep", "pipe", "repeat", "space")


def schema_of(declared: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in declared.items() if key not in OWN}


def parameter_problems(declared: dict[str, Any], place: str) -> Iterator[tuple[str, Keys, str]]:
    """Code, path within the parameter, and what is wrong with its own keys."""
    required, name, style = declared.get("required", False), declared.get("as", "name"), declared.get("style", "repeat")
    if not isinstance(required, bool):
        yield "GW106", ("required",), "a parameter's `required` is `true` or `false`"
    elif place == "path" and required is False and "required" in declared:
        yield "GW107", ("required",), "a parameter of the path is always required"
    if not isinstance(name, str) or not name:
        yield "GW106", ("as",), "expected the vendor's name of the parameter"
    known = _STYLES if place == "query" else ("comma", "repeat")
    if style not in known:
        yield "GW107", ("style",), f"expected one of: {', '.join(known)}"
    elif style == "deep" and declared.get("type") != "object":
        yield "GW107", ("style",), "`deep` is how an object is written: the parameter's `type` has to be `object`"
