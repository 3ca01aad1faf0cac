"""`openapi:` — what an integration takes from its vendor's own document."""

from typing import Annotated

from msgspec import Meta

from gateway.declared import Settings

Picked = Annotated[
    str,
    Meta(
        min_length=1,
        description="An operationId; a method and a path; a path alone, for all of its methods, in which `*` is one "
        "segment and `**` any number; or `tag:` and a tag's name.",
        examples=["CreateMessage", "GET /assistant/{id}", "/assistant/**", "tag:Calls"],
    ),
]


class OpenApi(Settings, frozen=True, kw_only=True):
    """Endpoints taken from a vendor's own document: OpenAPI 3.0 or 3.1, or one of Google's discovery documents.

    An endpoint is called what its operationId is in snake_case. What stands under `endpoints` by that name is laid
    over it: maps are merged, everything else replaces what the document says.
    """

    document: Annotated[
        str,
        Meta(
            description="The document: a file relative to this one, JSON or YAML, of 20 MB at most.",
            examples=["specs/twilio.json"],
        ),
    ]
    operations: Annotated[
        tuple[Picked, ...],
        Meta(
            description="The operations to take. One that is named and cannot be taken over is an error; of those "
            "that a pattern or a tag means, it is left out with a warning.",
            examples=[["CreateMessage", "ListMessage"], ["/assistant/**"], ["tag:Calls"]],
        ),
    ]
