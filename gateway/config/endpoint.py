"""An endpoint, as it is written; the registry adds the policies' keys."""

from typing import Annotated, Any

from msgspec import Meta, field

from gateway.config.texts import Date, ExampleOf, Route, Status
from gateway.declared import ReplyMapping, Send, Settings
from gateway.paging import Paging
from gateway.units import JsonSchema

Parameter = Annotated[
    JsonSchema,
    Meta(
        title="Parameter",
        description="A parameter: the JSON Schema of its value, and beside it `required`, `as` (the vendor's name) "
        "and `style`.",
        examples=[{"type": "integer", "minimum": 1, "maximum": 100, "default": 20}],
    ),
]
Shape = Annotated[JsonSchema, Meta(title="JSON Schema")]
"""What stands under `body`, `response` and `schema`; editors know the two by their titles."""


class Response(Settings, frozen=True, kw_only=True):
    """A successful answer."""

    schema: Annotated[
        Shape | None,
        Meta(
            description="The JSON Schema of its body, written here or in a file. Without one callers get the vendor's "
            "body as it is.",
            examples=[{"$ref": "schemas/crm/contact.json"}],
        ),
    ] = None
    type: Annotated[
        str | None,
        Meta(
            description="The media type of a body that is passed through untouched, instead of `schema`.",
            examples=["audio/mpeg"],
        ),
    ] = None
    description: Annotated[
        str | None, Meta(description="What this answer means, for the document.", examples=["The contact was created"])
    ] = None


class Endpoint(Settings, frozen=True, kw_only=True):
    """One call that callers can make."""

    route: Annotated[
        Route,
        Meta(
            description="What callers ask for: a method, and a path below the integration's. Braces mark parameters.",
            examples=["GET /contacts/{id}", "POST /contacts"],
        ),
    ]
    upstream: Annotated[
        Route | None,
        Meta(
            description="What the vendor is asked, below `base_url`; the same as `route` if left out. Its parameters "
            "are those of the route.",
            examples=["GET /v3/objects/contacts/{id}"],
        ),
    ] = None
    summary: Annotated[
        str, Meta(description="What it does, in a few words: its heading in the document.", examples=["Get a contact"])
    ] = ""
    description: Annotated[
        str,
        Meta(
            description="What a caller has to know beyond the summary, in Markdown.",
            examples=["The newest come first."],
        ),
    ] = ""
    tags: Annotated[
        tuple[str, ...],
        Meta(
            description="The headings under which it stands in the document; the integration's title if left out.",
            examples=[["Contacts"]],
        ),
    ] = ()
    deprecated: Annotated[
        bool,
        Meta(
            description="Whether callers should leave it: the document strikes it out, and answers carry Deprecation.",
            examples=[True],
        ),
    ] = False
    sunset: Annotated[
        Date | None,
        Meta(
            description="The day from which it may be gone; answers carry it in the Sunset header.",
            examples=["2027-03-31"],
        ),
    ] = None
    path: Annotated[
        dict[str, Parameter],
        Meta(
            description="The parameters in braces of the route. One that is not described here is a text.",
            examples=[{"id": {"type": "string", "format": "uuid"}}],
        ),
    ] = field(default_factory=dict)
    query: Annotated[
        dict[str, Parameter],
        Meta(
            description="The query parameters that callers may use, by the callers' names. Any other is refused.",
            examples=[{"limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}}],
        ),
    ] = field(default_factory=dict)
    headers: Annotated[
        dict[str, Parameter],
        Meta(
            description="Header fields that cross to the vendor beyond those that always do: Accept, Prefer, Range, "
            "If-Match and the like. Others stay here.",
            examples=[{"prefer": {"type": "string"}}],
        ),
    ] = field(default_factory=dict)
    body: Annotated[
        Shape | None,
        Meta(
            description="The JSON Schema of the request body, written here or in a file. A body that does not fit is "
            "refused before the vendor hears of it; without a schema no body is taken.",
            examples=[{"$ref": "schemas/crm/contact_create.json"}],
        ),
    ] = None
    response: Annotated[
        Shape | None,
        Meta(
            description="The JSON Schema of the body of a 200, written here or in a file: short for `responses: {200: "
            "{schema: …}}`.",
            examples=[{"$ref": "schemas/crm/contact.json"}],
        ),
    ] = None
    responses: Annotated[
        dict[
            Status,
            Annotated[
                Response,
                Meta(
                    description="The answer with this status: a schema, a media type, or neither where there is no "
                    "body.",
                    examples=[{"schema": {"$ref": "schemas/crm/contact.json"}}],
                ),
            ],
        ]
        | None,
        Meta(
            description="The successful answers by status, where there is more to say than `response` can.",
            examples=[{"201": {"schema": {"$ref": "schemas/crm/contact.json"}}}],
        ),
    ] = None
    examples: Annotated[
        dict[ExampleOf, Annotated[Any, Meta(description="The body, as it is.", examples=[{"name": "Ada"}])]],
        Meta(
            description="A request `body` and a `reply`, as callers see them: for the document, `gateway try` and "
            "stubs. They have to fit their schemas.",
            examples=[{"body": {"name": "Ada"}, "reply": {"id": "c-1", "name": "Ada"}}],
        ),
    ] = field(default_factory=dict)
    send: Annotated[
        Send,
        Meta(
            description="How the caller's request becomes the vendor's: encoding, other names of keys, constants.",
            examples=[{"encode": "form", "rename": {"to": "To"}}],
        ),
    ] = Send()
    reply: Annotated[
        ReplyMapping,
        Meta(
            description="How the vendor's body becomes the caller's: a part of it, other names of keys, links.",
            examples=[{"select": "data", "rename": {"dateCreated": "created_at"}}],
        ),
    ] = ReplyMapping()
    stream: Annotated[
        bool,
        Meta(
            description="Whether bodies are passed on as they come, both ways. For large files and event streams; "
            "such an answer is neither checked, mapped nor cached.",
            examples=[True],
        ),
    ] = False
    strict: Annotated[
        bool,
        Meta(
            description="Whether an answer that does not fit its schema is refused with 502. Otherwise it is passed on "
            "as it is.",
            examples=[True],
        ),
    ] = False
    idempotent: Annotated[
        bool,
        Meta(
            description="Whether the call may be repeated, whatever its method says. Say `true` only where doing it "
            "twice is the same as doing it once.",
            examples=[True],
        ),
    ] = False
    invalidates: Annotated[
        tuple[str, ...],
        Meta(
            description="Tags of cached answers of this integration that a success of this call makes stale.",
            examples=[["contacts"]],
        ),
    ] = ()
    scopes: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(
            description="What this call needs of the user's consent, as the provider names it. Users are asked for "
            "what the endpoints need and no more, and one who has not granted this is asked before the vendor refuses.",
            examples=[["https://www.googleapis.com/auth/gmail.send"]],
        ),
    ] = ()
    paging: Annotated[
        Paging | None,
        Meta(
            description="How the vendor goes from page to page. Callers get the next page by the header `Link`, or all "
            "of them in one answer with `?all=true`.",
            examples=[{"style": "cursor", "items": "items", "next": "nextPageToken", "parameter": "pageToken"}],
        ),
    ] = None
    extends: Annotated[
        tuple[str, ...],
        Meta(
            description="Profiles whose settings this endpoint takes over; the last one wins, and what is written here "
            "wins over all.",
            examples=[["patient"]],
        ),
    ] = ()
