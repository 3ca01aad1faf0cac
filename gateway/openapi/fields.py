"""The header fields of responses: what each is, and which can occur on an endpoint's answers and problems."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.openapi.entry import Entry


def _field(description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    declared: dict[str, Any] = {"description": description, "schema": {"type": "string", **schema}}
    return {**declared, "required": True} if required else declared


CORRELATION = "X-Correlation-ID"
REPLAYED = "Idempotency-Replayed"
HSTS = "Strict-Transport-Security"
CORS = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")

FIELDS: Mapping[str, dict[str, Any]] = {
    CORRELATION: _field(
        "Names this request in every log and trace: the caller's own value, or a new one",
        required=True,
        pattern="^[A-Za-z0-9._-]{1,128}$",
    ),
    "Server-Timing": _field("Milliseconds spent in the gateway and at the vendor"),
    "X-Content-Type-Options": _field("The type is what Content-Type says", const="nosniff"),
    "Content-Security-Policy": _field("What a vendor calls a page does not run as one of ours"),
    "Cache-Control": _field("Who may keep this answer"),
    "Vary": _field("The request headers that this answer depends on"),
    "ETag": _field("Names this version; send it as If-None-Match or If-Match"),
    "Last-Modified": _field("When the vendor says that it last changed"),
    "Content-Disposition": _field("How the vendor would have it shown or saved"),
    "Content-Encoding": _field("How the body is compressed"),
    "Content-Language": _field("The language of the body"),
    "Content-Range": _field("Which part of the whole this is"),
    "Link": _field('The next page, at this gateway: `<address>; rel="next"` (RFC 8288); none on the last one'),
    "Age": _field("Seconds since the vendor gave this answer", type="integer", minimum=0),
    "Cache-Status": _field("Whether the answer came from the cache, and if not, why (RFC 9211)"),
    "RateLimit": _field("What is left of the caller's quota"),
    "RateLimit-Policy": _field("The caller's quota"),
    "Deprecation": _field("This endpoint should not be used any more (RFC 9745)"),
    "Sunset": _field("When this endpoint will go away (RFC 8594)"),
    REPLAYED: _field("This is the answer to an earlier request with the same Idempotency-Key", const="true"),
    "Gateway-Stub": _field("A stub answered, and no vendor", const="true"),
    HSTS: _field("Ask this host by https only"),
    "Access-Control-Allow-Origin": _field("The page's origin, where it is one that may read this"),
    "Access-Control-Expose-Headers": _field("The fields that such a page may read"),
    "Proxy-Status": _field("What happened between the gateway and the vendor (RFC 9209)"),
    "Retry-After": _field("The seconds to wait before asking again", type="integer", minimum=0),
    "WWW-Authenticate": _field("How a key is sent"),
}
_REQUIRED: Mapping[str, dict[str, Any]] = {
    "Gateway-Stub": _field("A stub answered, and no vendor", required=True, const="true"),
    "Retry-After": _field("The seconds to wait before asking again", required=True, type="integer", minimum=1),
}
_PASSED = ("Last-Modified", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Range", "Vary")
_WAITING = frozenset({"429", "503"})
_UNAUTHENTICATED = "401"


def header_components() -> dict[str, Any]:
    """Optional fields under their own names, those that are always there with `required.` before it."""
    return {**FIELDS, **{f"required.{name}": field for name, field in _REQUIRED.items()}}


def answer_fields(entry: Entry) -> dict[str, Any]:
    """The fields of a successful answer."""
    private = ("Cache-Control",) if entry.operation.user_bound or entry.has("cache") else ()
    cached = ("Age", "Cache-Status") if entry.has("cache", "http_cache") and not entry.operation.stream else ()
    names = ("ETag", *_PASSED, "Retry-After", *private, *cached, *(("Link",) if entry.operation.paging else ()))
    return {**_common(entry), **_referred(names), **_stub(entry)}


def unchanged_fields(entry: Entry) -> dict[str, Any]:
    """The fields of a 304."""
    cached = ("Age", "Cache-Status") if entry.has("cache", "http_cache") else ()
    return {**_common(entry), **_referred(("ETag", "Last-Modified", "Cache-Control", "Vary", *cached)), **_stub(entry)}


def problem_fields(entry: Entry, status: str) -> dict[str, Any]:
    """The fields of a problem."""
    stub = ("Gateway-Stub",) if entry.has("stub") else ()
    names = ("Cache-Control", "Content-Encoding", "Vary", "Proxy-Status", "Retry-After", *stub)
    asked = ("WWW-Authenticate",) if status == _UNAUTHENTICATED else ()
    fields = {**_common(entry), **_referred((*names, *asked))}
    return {**fields, **_always("Retry-After")} if status in _WAITING else fields


def traits(entry: Entry) -> tuple[str, ...]:
    """What makes the fields of two endpoints' problems differ, in words for a name."""
    operation = entry.operation
    told = (
        ("limited", entry.has("quota")),
        ("repeatable", entry.takes_keys),
        ("stubbed", entry.has("stub")),
        ("deprecated", operation.deprecated),
        ("sunset", operation.sunset is not None),
    )
    return tuple(name for name, holds in told if holds)


def _common(entry: Entry) -> dict[str, Any]:
    return _referred(
        (
            CORRELATION,
            "Server-Timing",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            *(("RateLimit", "RateLimit-Policy") if entry.has("quota") else ()),
            *((REPLAYED,) if entry.takes_keys else ()),
            *(("Deprecation",) if entry.operation.deprecated else ()),
            *(("Sunset",) if entry.operation.sunset is not None else ()),
            *entry.fields,
        )
    )


def _stub(entry: Entry) -> dict[str, Any]:
    return _always("Gateway-Stub") if entry.has("stub") else {}


def _referred(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _always(name: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/required.{name}"}}
