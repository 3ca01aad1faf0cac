"""The parts of an OpenAPI operation that all pages for callers have in common: problems, header fields, the user."""

from collections.abc import Mapping
from typing import Any

from gateway_oauth.reading import USER as PATTERN

USER: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": PATTERN, "examples": ["ann"]}
ACTING: Mapping[str, Any] = {
    "name": "X-Gateway-User",
    "in": "header",
    "description": "The user for whom you act; your key needs the scope `act-as`",
    "schema": USER,
}


def object_of(properties: Mapping[str, Any], *, required: bool = True, **more: Any) -> dict[str, Any]:
    needed = {"required": [*properties]} if required else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **needed, **more}


_FIELDS = (
    "Server-Timing", "X-Content-Type-Options", "Cache-Control", "Strict-Transport-Security",
    "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary",
)  # fmt: skip
_ON_PROBLEMS = ("Proxy-Status", "Retry-After")
_ALWAYS: Mapping[int, tuple[str, ...]] = {
    400: ("invalid-request",),
    401: ("unauthenticated",),
    403: ("scope-missing", "foreign-origin"),
    408: ("request-timeout",),
    413: ("body-too-large",),
    414: ("uri-too-long",),
    421: ("misdirected-request",),
    431: ("headers-too-large",),
    500: ("internal-error",),
    503: ("store-unavailable", "overloaded", "shutting-down"),
}
_SAID: Mapping[int, str] = {
    400: "The request is not what this takes",
    401: "The gateway does not know who is calling",
    403: "This caller may not do that, or the user has to connect first",
    404: "There is nothing of that name that this caller may see",
    502: "The provider does not accept the gateway, or its answer cannot be used",
    503: "Not at the moment",
}
MISSING: Mapping[int, tuple[str, ...]] = {404: ("no-such-connection", "no-such-endpoint")}
AT_THE_PROVIDER: Mapping[int, tuple[str, ...]] = {
    403: ("connection-required",),
    502: ("upstream-auth-failed",),
    503: ("provider-unavailable",),
}
_WAITING = 503
_UNAUTHENTICATED = 401


def header_fields(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Correlation-ID", *_FIELDS, *names)}


def answer(description: str, schema: Mapping[str, Any], example: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "examples": {"usual": {"value": example}}}}
    return {"description": description, "headers": header_fields(), "content": content}


def _problem(status: int, slugs: tuple[str, ...]) -> dict[str, Any]:
    narrowed = {"status": {"const": status}, "type": {"pattern": f"/problems/({'|'.join(slugs)})$"}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": narrowed}]}
    headers = header_fields(*_ON_PROBLEMS, *(("WWW-Authenticate",) if status == _UNAUTHENTICATED else ()))
    if status == _WAITING:
        headers["Retry-After"] = {"$ref": "#/components/headers/required.Retry-After"}
    description = _SAID.get(status, "This request cannot be served")
    return {"description": description, "headers": headers, "content": {"application/problem+json": {"schema": schema}}}


def problems(*more: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    found = dict(_ALWAYS)
    for some in more:
        for status, slugs in some.items():
            found[status] = (*found.get(status, ()), *slugs)
    return {str(status): _problem(status, slugs) for status, slugs in sorted(found.items())}


def operation(name: str, summary: str, description: str, **parts: Any) -> dict[str, Any]:
    parameters = [*parts.pop("parameters", ()), ACTING]
    return {
        "operationId": f"gateway.{name}",
        "summary": summary,
        "description": description,
        "tags": ["connections"],
        "parameters": parameters,
        **parts,
    }


def body(schema: Mapping[str, Any], example: Any) -> dict[str, Any]:
    return {
        "required": True,
        "content": {"application/json": {"schema": schema, "examples": {"usual": {"value": example}}}},
    }


def query(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}
