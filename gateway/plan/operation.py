"""A declared endpoint becomes an Operation: templates checked, parameters and answers in their final form."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from gateway.config import Endpoint, EndpointConfig, IntegrationConfig, Server
from gateway.declared import Answer, Operation, Parameter
from gateway.plan.files import with_base64

_PLACEHOLDER = re.compile(r"\{([^{}/]*)\}")
_SEGMENT = re.compile(r"\{[A-Za-z_][A-Za-z0-9_-]*\}|[^{}]*")
_OWN_KEYS = frozenset({"required", "as", "style"})
_NO_BODY = frozenset({204, 205, 304})
_READS = frozenset({"GET", "HEAD"})

Place = Literal["path", "query", "header"]

CURSOR = Parameter(
    name="cursor",
    place="query",
    vendor="cursor",
    schema={
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]{23,}$",
        "description": (
            "Where to go on: taken from a link of the page before, and never made up. It stands for the whole query of"
            " the first page, so nothing else is needed beside it."
        ),
    },
)
"""Declared wherever links are rewritten or there is `paging`; `transform` reads it and never passes it on.

Base64url of a seal of 16 bytes and what is sealed; how long it may be is for the limit of addresses to say.
"""


ALL = Parameter(
    name="all",
    place="query",
    vendor="all",
    schema={
        "type": "boolean",
        "description": (
            "Whether to give the items of all further pages in one answer, as a stream. Where there are more than one"
            " answer may hold, its `next` leads to the rest."
        ),
    },
)
"""Declared wherever there is `paging`; the vendor never hears of it."""


def operation_of(
    endpoint: EndpointConfig, integration: IntegrationConfig, server: Server, *, user_bound: bool, public_url: str
) -> Operation:
    """Raises ValueError with what is wrong with the templates."""
    written = endpoint.written
    method, _, route = written.route.partition(" ")
    upstream_method, _, upstream = (written.upstream or written.route).partition(" ")
    full = (server.base_path.rstrip("/") + "/" + endpoint.integration + route).rstrip("/")
    names = placeholders(route)
    _check_upstream(upstream, names)
    return Operation(
        integration=endpoint.integration,
        name=endpoint.name,
        method=method,
        route=full,
        upstream_method=upstream_method,
        upstream=upstream,
        base_url=integration.written.base_url.rstrip("/"),
        parameters=tuple(_parameters(written, names)),
        body=with_base64(written.body) if written.body and written.send.encode == "multipart" else written.body,
        answers=tuple(answers_of(written)),
        send=written.send,
        reply=written.reply,
        paging=written.paging,
        scopes=written.scopes,
        examples=written.examples,
        summary=written.summary,
        description=written.description,
        tags=written.tags or (integration.written.title or endpoint.integration,),
        deprecated=written.deprecated,
        sunset=written.sunset,
        stream=written.stream,
        strict=written.strict,
        idempotent=written.idempotent,
        invalidates=written.invalidates,
        user_bound=user_bound,
        http_cache=_http_cache(endpoint, integration, upstream_method),
        public_url=public_url,
        response_limit=int(server.response_limit),
    )


def _http_cache(
    endpoint: EndpointConfig, integration: IntegrationConfig, method: str
) -> Literal["", "keeps", "writes"]:
    """What the endpoint has to do with answers that are kept as the vendor says; nothing, where none are."""
    cache = endpoint.policies.get("cache")
    listed = cache is not None and method in getattr(cache.settings, "methods", ())
    if method in _READS:
        return "keeps" if listed and _respects(endpoint) and not endpoint.written.stream else ""
    writes = method != "OPTIONS" and not listed  # a method whose answers are kept changes nothing
    return "writes" if writes and any(map(_respects, integration.endpoints)) else ""


def _respects(endpoint: EndpointConfig) -> bool:
    cache = endpoint.policies.get("cache")
    return cache is not None and getattr(cache.settings, "respect_upstream", False)


def placeholders(template: str) -> tuple[str, ...]:
    """The parameters of a route, in order; each is a whole segment and stands there once."""
    for segment in template.split("/"):
        if _SEGMENT.fullmatch(segment) is None:
            raise ValueError(f"`{segment}` in `{template}`: a parameter is a whole segment, such as `/{{id}}/`")
    names = tuple(_PLACEHOLDER.findall(template))
    if len(set(names)) < len(names):
        raise ValueError(f"`{template}` names a parameter twice")
    return names


def answers_of(written: Endpoint) -> Iterator[Answer]:
    """The declared answers; where there are none, callers get whatever the vendor sends."""
    if written.response is not None:
        yield Answer(status=200, schema=written.response)
    for status, answer in (written.responses or {}).items():
        bodiless = int(status) in _NO_BODY or (answer.schema is None and answer.type is None)
        yield Answer(
            status=int(status),
            schema=None if bodiless else answer.schema,
            type=answer.type,
            description=answer.description or "",
        )


def _parameters(written: Endpoint, names: tuple[str, ...]) -> Iterator[Parameter]:
    unknown = sorted(set(written.path) - set(names))
    if unknown:
        raise ValueError(f"the route has no parameter `{unknown[0]}`")
    for name in names:
        yield _parameter(name, "path", written.path.get(name, {"type": "string"}))
    for name, declared in written.query.items():
        yield _parameter(name, "query", declared)
    if written.reply.links or written.paging:
        yield CURSOR
    if written.paging:
        yield ALL
    for name, declared in written.headers.items():
        yield _parameter(name, "header", declared)


def _parameter(name: str, place: Place, declared: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        place=place,
        vendor=declared.get("as", name),
        schema={key: value for key, value in declared.items() if key not in _OWN_KEYS},
        required=place == "path" or declared.get("required", False),
        style=declared.get("style", "repeat"),
        default=declared.get("default", msgspec.UNSET),
    )


def _check_upstream(template: str, names: tuple[str, ...]) -> None:
    missing = [name for name in _PLACEHOLDER.findall(template) if name not in names]
    if missing:
        raise ValueError(f"upstream `{template}` needs `{missing[0]}`, which the route does not have")
    segments = template.partition("?")[0].split("/")
    if any(segment in {".", ".."} for segment in segments):
        raise ValueError(f"upstream `{template}` must not leave its base URL")
