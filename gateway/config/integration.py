"""An integration, its endpoints and its native mount, as they are written; the registry adds the policies' keys."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from gateway.config.openapi import OpenApi
from gateway.config.texts import Allowed, Date, ExampleOf, RootedPath, Route, Status
from gateway.declared import ReplyMapping, Send, Settings
from gateway.paging import Paging
from gateway.units import JsonSchema


class Native(Settings, frozen=True, kw_only=True):
    """The vendor's own paths, for the vendor's own SDK."""

    mount: Annotated[RootedPath, Meta(description="Where they begin, such as `/native/vapi`.")]
    base_url: Annotated[str | None, Meta(description="Where they lead to; the integration's if left out.")] = None
    allow: Annotated[tuple[Allowed, ...], Meta(description="What may be asked: `*` is one segment, `**` any number.")]
    rewrite: Annotated[dict[str, str], Meta(description="Path patterns, and what the vendor is asked instead.")] = (
        field(default_factory=dict)
    )
    error_format: Annotated[
        Literal["vendor", "problem", "both"], Meta(description="How the gateway's own errors look.")
    ] = "vendor"
    error_body: Annotated[
        Any, Meta(description="The vendor's error document, with {status}, {title} and {detail} to be filled in.")
    ] = None


class Response(Settings, frozen=True, kw_only=True):
    """A successful answer."""

    schema: Annotated[JsonSchema | None, Meta(description="The JSON Schema of its body.")] = None
    type: Annotated[str | None, Meta(description="The media type of a body that is passed through.")] = None
    description: Annotated[str | None, Meta(description="What it means, for the document.")] = None


class Endpoint(Settings, frozen=True, kw_only=True):
    """One call that callers can make."""

    route: Annotated[Route, Meta(description="What callers ask for, below the integration: `GET /items/{id}`.")]
    upstream: Annotated[
        Route | None, Meta(description="What the vendor is asked; the same as `route` if left out.")
    ] = None
    summary: Annotated[str, Meta(description="What it does, in a few words.")] = ""
    description: Annotated[str, Meta(description="What a caller has to know, in Markdown.")] = ""
    tags: Annotated[tuple[str, ...], Meta(description="Where it stands in the document.")] = ()
    deprecated: Annotated[bool, Meta(description="Whether callers should leave it.")] = False
    sunset: Annotated[Date | None, Meta(description="The day from which it may be gone: `2027-03-31`.")] = None
    path: Annotated[dict[str, JsonSchema], Meta(description="The parameters of the route.")] = field(
        default_factory=dict
    )
    query: Annotated[dict[str, JsonSchema], Meta(description="The query parameters; others are refused.")] = field(
        default_factory=dict
    )
    headers: Annotated[dict[str, JsonSchema], Meta(description="The header fields that cross to the vendor.")] = field(
        default_factory=dict
    )
    body: Annotated[JsonSchema | None, Meta(description="The JSON Schema of the request body.")] = None
    response: Annotated[JsonSchema | None, Meta(description="The JSON Schema of a 200: short for `responses`.")] = None
    responses: Annotated[dict[Status, Response] | None, Meta(description="The successful answers, by status.")] = None
    examples: Annotated[
        dict[ExampleOf, Any],
        Meta(description="A request body and an answer, for the document and stubs."),
    ] = field(default_factory=dict)
    send: Annotated[Send, Meta(description="How the caller's body becomes the vendor's.")] = Send()
    reply: Annotated[ReplyMapping, Meta(description="How the vendor's body becomes the caller's.")] = ReplyMapping()
    stream: Annotated[bool, Meta(description="Whether the answer is passed on as it comes.")] = False
    strict: Annotated[bool, Meta(description="Whether an answer that does not fit its schema is refused.")] = False
    idempotent: Annotated[bool, Meta(description="Whether the call may be repeated, whatever its method says.")] = False
    invalidates: Annotated[tuple[str, ...], Meta(description="Tags of cached answers that this call makes stale.")] = ()
    paging: Annotated[Paging | None, Meta(description="How the vendor goes from page to page.")] = None
    extends: Annotated[tuple[str, ...], Meta(description="Profiles whose settings this endpoint takes over.")] = ()


class Integration(Settings, frozen=True, kw_only=True):
    """A vendor."""

    title: Annotated[str, Meta(description="Its name, for people.")] = ""
    base_url: Annotated[str, Meta(description="Where its interface is, such as `https://api.vapi.ai`.")]
    allow_private: Annotated[bool, Meta(description="Whether it may be at a private address, or without TLS.")] = False
    native: Annotated[Native | None, Meta(description="The vendor's own paths, for the vendor's own SDK.")] = None
    openapi: Annotated[OpenApi | None, Meta(description="Endpoints taken from the vendor's OpenAPI document.")] = None
    extends: Annotated[tuple[str, ...], Meta(description="Profiles whose settings this integration takes over.")] = ()
