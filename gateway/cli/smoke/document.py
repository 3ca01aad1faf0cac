"""The OpenAPI document of a gateway that runs: whether it is whole, and what in it can be asked without harm."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_OWN = "gateway"
"""The integration that its own pages seem to belong to."""
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Harmless(msgspec.Struct, frozen=True):
    """A GET that needs to be told nothing."""

    operation: str
    path: str


def faults(document: Any) -> list[str]:
    """What is wrong with it, as far as anything that reads it would stumble."""
    if not isinstance(document, dict):
        return ["it is no JSON object"]
    found = []
    if not str(document.get("openapi")).startswith("3.1"):
        found.append(f"it calls itself OpenAPI {document.get('openapi')}")
    if not isinstance(document.get("info"), dict) or not document["info"].get("title"):
        found.append("it has no title")
    if not isinstance(document.get("paths"), dict):
        return [*found, "it has no paths"]
    operations = list(_operations(document))
    found += [f"{method.upper()} {path} has no responses" for path, method, it in operations if not it.get("responses")]
    names = [it.get("operationId") for _, _, it in operations]
    found += sorted({f"`{name}` is there twice" for name in names if names.count(name) > 1})
    found += sorted({f"{reference} leads nowhere" for reference in _references(document) if _lost(document, reference)})
    return found


def integrations(document: Mapping[str, Any]) -> dict[str, Harmless | None]:
    """What can be asked of each; None of one that has nothing that can be asked just so."""
    found: dict[str, Harmless | None] = {}
    for path, method, operation in _operations(document):
        name = str(operation.get("operationId", "")).partition(".")[0]
        if name in {"", _OWN}:
            continue
        found.setdefault(name, None)
        if found[name] is None and method == "get" and not _demanding(document, path, operation):
            found[name] = Harmless(operation["operationId"], path)
    return found


def _demanding(document: Mapping[str, Any], path: str, operation: Mapping[str, Any]) -> bool:
    parameters = (_resolved(document, one) for one in operation.get("parameters", ()))
    body = operation.get("requestBody")
    return "{" in path or body is not None or any(one is None or one.get("required") for one in parameters)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield path, method, item[method]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def _lost(document: Mapping[str, Any], reference: str) -> bool:
    return _resolved(document, {"$ref": reference}) is None


def _resolved(document: Mapping[str, Any], part: Any) -> Any:
    """What a reference within the document leads to; None where that is nothing."""
    if not isinstance(part, dict) or "$ref" not in part:
        return part
    reference = str(part["$ref"])
    if not reference.startswith("#/"):
        return None
    found: Any = document
    for step in reference[2:].split("/"):
        found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found
