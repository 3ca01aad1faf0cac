"""Checks one response against the OpenAPI document: its status, media type, body and header fields are all told of."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_SERVERS_OWN = frozenset({"date", "server", "content-length", "content-type", "connection", "transfer-encoding"})
"""What HTTP itself or its server adds; OpenAPI ignores a declared Content-Type."""


def assert_documented(document: Mapping[str, Any], method: str, path: str, response: httpx.Response) -> None:
    """`path` is the one that was asked for, with or without a query. Fails with all that is not in the document."""
    wrong = [*undocumented(document, method, path, response)]
    assert not wrong, f"{method} {path} → {response.status_code}: " + "; ".join(wrong)


def undocumented(
    document: Mapping[str, Any], method: str, path: str, response: httpx.Response, *, with_body: bool = True
) -> list[str]:
    found = operation_at(document, method, path)
    if found is None:
        return ["no such operation"]
    declared = _declared(document, found[1]["responses"], response.status_code)
    if declared is None:
        return ["no such status"]
    body = [] if method == "HEAD" or not with_body else _body(document, declared, response)
    return [*_fields(document, declared, response), *body]


def operation_at(document: Mapping[str, Any], method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
    """The path's template and the operation."""
    methods = [method.lower(), *(["get"] if method == "HEAD" else [])]
    items = items_at(document, path)
    return next(((template, item[one]) for one in methods for template, item in items if one in item), None)


def items_at(document: Mapping[str, Any], path: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The templates that a path fits, each with its operations; a literal segment wins over a parameter."""
    asked = [unquote(segment) for segment in httpx.URL(path).raw_path.decode().partition("?")[0].split("/")]
    fitting = [template for template in document["paths"] if _fits(template.split("/"), asked)]
    fitting.sort(key=lambda template: [segment.startswith("{") for segment in template.split("/")])
    return [(template, document["paths"][template]) for template in fitting]


def _fits(template: list[str], asked: list[str]) -> bool:
    pairs = zip(template, asked, strict=False)
    return len(template) == len(asked) and all(one == other or (one[:1] == "{" and other) for one, other in pairs)


def _declared(document: Mapping[str, Any], responses: Mapping[str, Any], status: int) -> Mapping[str, Any] | None:
    for key in (str(status), f"{status // 100}XX", "default"):
        if key in responses:
            return resolved(document, responses[key])
    return None


def _fields(document: Mapping[str, Any], declared: Mapping[str, Any], response: httpx.Response) -> list[str]:
    told = {name.lower(): resolved(document, field) for name, field in declared.get("headers", {}).items()}
    wrong = [f"header {name} is not told of" for name in response.headers if name not in {*told, *_SERVERS_OWN}]
    for name, field in told.items():
        values = response.headers.get_list(name)
        if not values and field.get("required"):
            wrong.append(f"header {name} is missing")
        for value in values[:1]:
            wrong += [f"header {name}: {text}" for text in broken(document, field["schema"], _read(value, field))]
        if len(values) > 1:
            wrong.append(f"header {name} is there {len(values)} times")
    return wrong


def _read(value: str, field: Mapping[str, Any]) -> Any:
    return int(value) if field["schema"].get("type") == "integer" and value.lstrip("-").isdigit() else value


def _body(document: Mapping[str, Any], declared: Mapping[str, Any], response: httpx.Response) -> list[str]:
    content = declared.get("content")
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if content is None:
        return ["a body is not told of"] if response.content else []
    told = {name.partition(";")[0].strip(): media for name, media in content.items()}
    media = told.get(kind, told.get("*/*"))
    if media is None:
        return [f"{kind or 'no media type'} is not among {', '.join(content)}"]
    schema = media.get("schema")
    return [] if schema is None else broken(document, schema, response.json())


_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]*")


def _formats() -> FormatChecker:
    """Python's own, save that its time of day has no zone; and two that it leaves to other packages."""
    checker = FormatChecker([name for name in FormatChecker.checkers if name != "time"])
    checker.checkers = {
        **checker.checkers,
        "hostname": (lambda text: not isinstance(text, str) or _HOST.fullmatch(text) is not None, ()),
        "uri": (lambda text: not isinstance(text, str) or _ADDRESS.fullmatch(text) is not None, ()),
    }
    return checker


def broken(document: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> list[str]:
    registry: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(document))
    placed = {**_absolute(schema), "$schema": "https://json-schema.org/draft/2020-12/schema"}
    validator = Draft202012Validator(placed, registry=registry, format_checker=_formats())
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: "urn:document" + part if key == "$ref" and isinstance(part, str) else _absolute(part)
        for key, part in node.items()
    }


def resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
