"""Google's discovery documents, an input format of its own: said once more as OpenAPI.

Everything that `gateway.importing` knows about a document it then knows about these. The parameters of every method,
such as `alt` and `key`, are Google's own machinery and left out, save `fields`, which says what of an answer is wanted.
"""

from collections.abc import Iterator

from gateway.importing.faults import NotUnderstood
from gateway.importing.reading import Node

_TAKEN = frozenset(
    {"default", "deprecated", "description", "enum", "format", "pattern", "readOnly", "required", "type"}
)
_DEEPEST = 60
_ANY_SERVER = "https://www.googleapis.com/"


def is_discovery(root: Node) -> bool:
    return isinstance(root, dict) and (root.get("kind") == "discovery#restDescription" or "discoveryVersion" in root)


def openapi_of(root: dict[str, Node]) -> dict[str, Node]:
    """The same interface as an OpenAPI 3.1 document. Raises NotUnderstood for one without any method."""
    paths: dict[str, dict[str, Node]] = {}
    shared = {name: one for name, one in _maps(root.get("parameters")) if name == "fields"}
    for tag, method in _methods(root, ""):
        path = _path(method)
        if path is not None:
            paths.setdefault(path, {})[_text(method.get("httpMethod")).lower()] = _operation(method, tag, path, shared)
    if not paths:
        raise NotUnderstood("it is a discovery document without any method")
    server = _text(root.get("rootUrl")) or _ANY_SERVER
    found: dict[str, Node] = {
        "openapi": "3.1.0",
        "info": {"title": _text(root.get("title")), "version": _text(root.get("version"))},
        "servers": [{"url": server.rstrip("/") + "/" + _text(root.get("servicePath")).strip("/")}],
        "paths": paths,
        "components": {"schemas": {name: _schema(one, 0) for name, one in _maps(root.get("schemas"))}},
    }
    if isinstance(root.get("auth"), dict):
        found["components"]["securitySchemes"] = {"google": {"type": "oauth2"}}
        found["security"] = [{"google": []}]
    return found


def _methods(node: dict[str, Node], tag: str, depth: int = 0) -> Iterator[tuple[str, dict[str, Node]]]:
    """Each method with the resource that it belongs to: `events` of calendar.events.list."""
    for _, method in _maps(node.get("methods")):
        yield tag, method
    for name, resource in _maps(node.get("resources")) if depth < _DEEPEST else ():
        yield from _methods(resource, f"{tag}.{name}".strip("."), depth + 1)


def _path(method: dict[str, Node]) -> str | None:
    """`{+name}` may hold slashes; the flat path says which segments they part."""
    path = _text(method.get("path"))
    if "{+" in path:
        path = _text(method.get("flatPath")) or path.replace("{+", "{")
    return f"/{path.strip('/')}" if path else None


def _operation(method: dict[str, Node], tag: str, path: str, shared: dict[str, Node]) -> dict[str, Node]:
    described = {**shared, **dict(_maps(method.get("parameters")))}
    written: dict[str, Node] = {
        "operationId": _text(method.get("id")),
        "description": _text(method.get("description")),
        "tags": [tag] if tag else [],
        "deprecated": method.get("deprecated") is True,
        "parameters": [
            _parameter(name, one)
            for name, one in described.items()
            if one.get("location") != "path" or f"{{{name}}}" in path
        ],
        "responses": _answer(method.get("response")),
    }
    if isinstance(method.get("request"), dict):
        content = {"application/json": {"schema": _schema(method["request"], 0)}}
        written["requestBody"] = {"required": True, "content": content}
    return written


def _answer(response: Node) -> dict[str, Node]:
    if not isinstance(response, dict):
        return {"204": {"description": "Done"}}
    return {"200": {"description": "Success", "content": {"application/json": {"schema": _schema(response, 0)}}}}


def _parameter(name: str, node: dict[str, Node]) -> dict[str, Node]:
    schema = _schema({key: value for key, value in node.items() if key not in {"required", "description"}}, 0)
    return {
        "name": name,
        "in": node.get("location", "query"),
        "description": _text(node.get("description")),
        "required": node.get("required") is True,
        "schema": {"type": "array", "items": schema} if node.get("repeated") is True else schema,
    }


def _schema(node: Node, depth: int) -> dict[str, Node]:
    """Numbers are written as texts there, and a reference is a schema's name."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return {}
    found = {key: value for key, value in node.items() if key in _TAKEN}
    if isinstance(node.get("$ref"), str):
        found["$ref"] = f"#/components/schemas/{node['$ref']}"
    found |= _numbers(node)
    if found.get("format") == "byte":
        found |= {"contentEncoding": "base64url", "format": None}
    if isinstance(node.get("properties"), dict):
        found["properties"] = {name: _schema(part, depth + 1) for name, part in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            found[key] = _schema(node[key], depth + 1)
    return found


def _numbers(node: dict[str, Node]) -> dict[str, Node]:
    """What is written as a text and is none."""
    if node.get("type") == "boolean" and node.get("default") in ("true", "false"):
        return {"default": node["default"] == "true"}
    if node.get("type") not in ("integer", "number"):
        return {}
    numbers = ((key, _number(node.get(key))) for key in ("default", "maximum", "minimum"))
    return {key: number for key, number in numbers if number is not None}


def _number(text: Node) -> float | int | None:
    try:
        return int(text)
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return float(text)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Node) -> str:
    return value if isinstance(value, str) else ""


def _maps(value: Node) -> list[tuple[str, dict[str, Node]]]:
    return [(name, one) for name, one in value.items() if isinstance(one, dict)] if isinstance(value, dict) else []
