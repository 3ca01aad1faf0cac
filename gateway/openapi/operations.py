"""One endpoint as an OpenAPI operation: its parameters, its body, its answers, and where its answers lead."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http.client import responses
from typing import Any

import msgspec

from gateway.declared import Answer, Operation, Parameter
from gateway.openapi.entry import Entry
from gateway.openapi.fields import answer_fields, unchanged_fields
from gateway.openapi.paged import all_pages
from gateway.openapi.schemas import Schemas, properties_of
from gateway.openapi.understood import KEY, understood

_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""OpenAPI describes these header fields elsewhere and forbids them here."""

_SEGMENT = r"^(?!\.{1,2}$)[^\\\x00-\x1f\x7f]+$"
"""What can stand in a path: neither `.` nor `..`, no backslash, no control character."""

_NARROW = frozenset({"format", "enum", "const", "$ref", "allOf"})
"""A schema with one of these says itself what a text looks like."""

_EXACT = re.compile(r"\^(?:[A-Za-z0-9_,(){}|+*?-]|\[(?!\^)[A-Za-z0-9_ -]+\]|\\[d.+-])*\$")
"""Surely of texts that can stand in a path: what a pattern such as this one allows is all written out in it."""

_STYLES: Mapping[str, tuple[str, bool]] = {
    "repeat": ("form", True),
    "comma": ("form", False),
    "space": ("spaceDelimited", False),
    "pipe": ("pipeDelimited", False),
    "deep": ("deepObject", True),
}
"""Our styles in OpenAPI's words: style and explode."""

_LEAST = {"comma": "minItems", "space": "minItems", "pipe": "minItems", "deep": "minProperties"}
"""An empty list cannot be told from a list of one empty text, nor an empty object from none."""

_LIFTED = frozenset({"description", "deprecated"})
_UPLOADING = frozenset({"POST", "PUT", "PATCH"})
_FOLLOWED = frozenset({"GET", "PUT", "PATCH", "DELETE"})


def described(entry: Entry, entries: Sequence[Entry], schemas: Schemas) -> dict[str, Any]:
    """Everything but the problems."""
    operation = entry.operation
    written: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "tags": list(operation.tags or (operation.integration,)),
        "deprecated": operation.deprecated,
        "parameters": [*_declared(entry, schemas), *understood(entry)],
    }
    written = {key: part for key, part in written.items() if part}
    if operation.body is not None:
        written["requestBody"] = {"required": True, "content": _json(operation, operation.body, "body", schemas)}
    elif operation.uploads and operation.method in _UPLOADING:
        written["requestBody"] = {"description": "Goes to the vendor as it comes", "content": {"*/*": {}}}
    return {**written, "responses": _answers(entry, entries, schemas)}


def _declared(entry: Entry, schemas: Schemas) -> Iterator[dict[str, Any]]:
    for one in _parameters(entry.operation):
        written = _parameter(one, entry.operation, schemas)
        asked_for = entry.asks_for_keys and (one.place, one.name.lower()) == ("header", KEY["name"].lower())
        yield {**written, "required": True} if asked_for else written


def _parameters(operation: Operation) -> Iterator[Parameter]:
    """Also those of the path that nobody described."""
    told = {one.name for one in operation.parameters if one.place == "path"}
    for segment in operation.route.split("/"):
        name = segment[1:-1]
        if segment.startswith("{") and name not in told:
            yield Parameter(name=name, place="path", vendor=name, schema={"type": "string"}, required=True)
    yield from (one for one in operation.parameters if one.name.lower() not in _NOT_PARAMETERS or one.place != "header")


def _parameter(parameter: Parameter, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    schema = {key: part for key, part in parameter.schema.items() if key not in _LIFTED}
    if parameter.default is not msgspec.UNSET:
        schema.setdefault("default", parameter.default)
    if (least := _LEAST.get(parameter.style)) is not None:
        schema[least] = max(1, schema.get(least, 0))
    if parameter.place == "path":
        schema |= _one_segment(schema)
    elif parameter.style == "deep":
        schema |= _in_brackets(schema)
    lifted = {key: parameter.schema[key] for key in sorted(_LIFTED) if key in parameter.schema}
    written: dict[str, Any] = {"name": parameter.name, "in": parameter.place, **lifted}
    if parameter.required or parameter.place == "path":
        written["required"] = True
    if parameter.place == "query":
        style, explode = _STYLES[parameter.style]
        written |= {"style": style, "explode": explode}
    return {**written, "schema": schemas.moved(schema, operation.id, parameter.name)}


def _one_segment(schema: dict[str, Any]) -> dict[str, Any]:
    """What makes a text one that can stand in a path, if that is not sure already."""
    if schema.get("type") != "string" or not _NARROW.isdisjoint(schema):
        return {}
    if "pattern" not in schema:
        return {"pattern": _SEGMENT}
    return {} if _EXACT.fullmatch(schema["pattern"]) else {"allOf": [{"pattern": _SEGMENT}]}


def _in_brackets(schema: dict[str, Any]) -> dict[str, Any]:
    """An object that is written `name[property]=text`: what is not described is a text."""
    found: dict[str, Any] = {"allOf": [*schema.get("allOf", ()), {"propertyNames": {"pattern": r"^[^\[\]=]+$"}}]}
    if schema.get("additionalProperties", True) is True:
        found["additionalProperties"] = {"type": "string"}
    return found


def _json(operation: Operation, schema: dict[str, Any] | None, role: str, schemas: Schemas) -> dict[str, Any]:
    media: dict[str, Any] = {} if schema is None else {"schema": schemas.moved(schema, operation.id, role)}
    if role in operation.examples:
        media["example"] = operation.examples[role]
    return {"application/json": media}


def _answers(entry: Entry, entries: Sequence[Entry], schemas: Schemas) -> dict[str, Any]:
    operation = entry.operation
    found: dict[str, Any] = {}
    if not operation.answers:
        found["2XX"] = _undeclared(entry)
    for number, answer in enumerate(operation.answers):
        written: dict[str, Any] = {
            "description": answer.description or responses.get(answer.status, "Success"),
            "headers": answer_fields(entry),
        }
        if answer.schema is not None:
            role = "reply" if number == 0 else f"reply_{answer.status}"
            written["content"] = _json(operation, answer.schema, role, schemas)
            if operation.paging is not None and answer.status == 200:  # noqa: PLR2004
                media = written["content"]["application/json"]
                media["schema"] = {"anyOf": [media["schema"], all_pages(operation, schemas)]}
        elif answer.type is not None:
            written["content"] = {answer.type: {}}
        if links := _links(operation, answer, entries):
            written["links"] = links
        found[str(answer.status)] = written
    if operation.method in {"GET", "HEAD"}:
        not_modified = {"description": "Nothing has changed since the version in If-None-Match"}
        found.setdefault("304", {**not_modified, "headers": unchanged_fields(entry)})
    return found


def _undeclared(entry: Entry) -> dict[str, Any]:
    """Whatever the vendor sends, JSON or not; an example is of JSON."""
    examples = entry.operation.examples
    content = {"application/json": {"example": examples["reply"]}} if "reply" in examples else {}
    return {
        "description": "What the vendor answers",
        "headers": answer_fields(entry),
        "content": {**content, "*/*": {}},
    }


def _links(operation: Operation, answer: Answer, entries: Sequence[Entry]) -> dict[str, Any]:
    """From a thing that was just made to everything that can be done with it."""
    if operation.method != "POST" or answer.schema is None:
        return {}
    known = properties_of(answer.schema, answer.schema)
    found: dict[str, Any] = {}
    for other in (entry.operation for entry in entries):
        collection, _, last = other.route.rpartition("/")
        if collection != operation.route or not last.startswith("{") or other.method not in _FOLLOWED:
            continue
        name = next((name for name in (last[1:-1], "id", "sid") if name in known), None)
        if name is not None:
            found[other.name] = {"operationId": other.id, "parameters": _handed_on(operation, last[1:-1], name)}
    return found


def _handed_on(operation: Operation, parameter: str, name: str) -> Mapping[str, str]:
    above = [segment[1:-1] for segment in operation.route.split("/") if segment.startswith("{")]
    return {**{one: f"$request.path.{one}" for one in above}, parameter: f"$response.body#/{name}"}
