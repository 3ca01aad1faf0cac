"""What an endpoint declares, resolved: its parameters, body, answers, and how both sides are translated."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway.paging import Paging
from gateway.units import JsonSchema


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every struct that is read from integrations.yaml."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A declared path, query or header parameter; `vendor` is its name upstream."""

    name: str
    place: Literal["path", "query", "header"]
    vendor: str
    schema: JsonSchema
    required: bool = False
    style: Literal["repeat", "comma", "space", "pipe", "deep"] = "repeat"
    default: Any = msgspec.UNSET


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A declared successful answer: `schema` of its JSON body, or a media type that is passed through, or no body."""

    status: int
    schema: JsonSchema | None = None
    type: str | None = None
    description: str = ""


class Send(Settings, frozen=True, kw_only=True):
    """How the caller's body becomes the vendor's: renamed keys, constants, encoding."""

    encode: Annotated[
        Literal["json", "form", "multipart"],
        Meta(
            description="What the vendor reads: JSON, a form (application/x-www-form-urlencoded), or the parts of a "
            "form with files (multipart/form-data). Callers send JSON in any case; a file is a text whose schema says "
            "`contentEncoding: base64`.",
            examples=["form"],
        ),
    ] = "json"
    rename: Annotated[
        dict[str, Annotated[str, Meta(description="The vendor's name of this key.", examples=["To"])]],
        Meta(
            description="The caller's names of the body's keys, and the vendor's. Keys that are not named keep theirs.",
            examples=[{"to": "To", "from": "From"}],
        ),
    ] = {}
    query: Annotated[
        dict[str, Annotated[str | int | float | bool, Meta(description="Its value.", examples=["full"])]],
        Meta(
            description="Query parameters that the vendor gets with every call, as they stand here.",
            examples=[{"view": "full"}],
        ),
    ] = {}
    headers: Annotated[
        dict[str, Annotated[str, Meta(description="Its value.", examples=["2024-06-01"])]],
        Meta(
            description="Header fields that the vendor gets with every call; they win over a caller's of that name.",
            examples=[{"X-Api-Version": "2024-06-01"}],
        ),
    ] = {}
    body: Annotated[
        dict[str, Annotated[Any, Meta(description="Its value.", examples=["gateway"])]],
        Meta(
            description="Keys of the body that the vendor gets with every call, under the vendor's names.",
            examples=[{"Source": "gateway"}],
        ),
    ] = {}


class ReplyMapping(Settings, frozen=True, kw_only=True):
    """How the vendor's body becomes the caller's: a JMESPath selection, renamed keys, rewritten links."""

    select: Annotated[
        str | None,
        Meta(
            description="What callers get of the vendor's body, in JMESPath; all of it if left out.",
            examples=["data.items"],
        ),
    ] = None
    rename: Annotated[
        dict[str, Annotated[str, Meta(description="The caller's name of this key.", examples=["created_at"])]],
        Meta(
            description="The vendor's names of keys, and the caller's, at the top of the body and in each item of a "
            "list.",
            examples=[{"dateCreated": "created_at"}],
        ),
    ] = {}
    links: Annotated[
        tuple[str, ...],
        Meta(
            description="Where in the body the vendor's addresses of further pages are. Callers get the gateway's own "
            "instead, with a sealed `cursor`.",
            examples=[["$.next_page_uri"]],
        ),
    ] = ()


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One generated endpoint, resolved: schemas carry no reference to a file, references to secrets are filled in.

    `route` is the caller's whole path template, `upstream` the vendor's below `base_url`. `user_bound` tells that the
    credential belongs to a user, so no answer may be shared; `scopes` are what he has to have granted. `http_cache`
    tells whether answers are kept as the vendor says (`keeps`), or this writes to what others keep so. `native` stands
    for one pattern of a native mount, where `error_body` is the vendor's own error document, with `{status}`, `{title}`
    and `{detail}` to be filled in.
    """

    integration: str
    name: str
    method: str
    route: str
    upstream_method: str
    upstream: str
    base_url: str
    parameters: tuple[Parameter, ...] = ()
    body: JsonSchema | None = None
    answers: tuple[Answer, ...] = ()
    send: Send = Send()
    reply: ReplyMapping = ReplyMapping()
    paging: Paging | None = None
    examples: Mapping[str, Any] = {}
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    sunset: str | None = None
    stream: bool = False
    strict: bool = False
    idempotent: bool = False
    invalidates: tuple[str, ...] = ()
    user_bound: bool = False
    scopes: tuple[str, ...] = ()
    http_cache: Literal["", "keeps", "writes"] = ""
    native: bool = False
    error_format: Literal["vendor", "problem", "both"] = "problem"
    error_body: Any = None
    public_url: str = ""
    response_limit: int = 52_428_800

    @property
    def id(self) -> str:
        return f"{self.integration}.{self.name}"

    @property
    def uploads(self) -> bool:
        """Whether a body goes to the vendor as it comes: of a streamed endpoint that declares nothing of it."""
        return self.stream and self.body is None and not self.send.body

    @property
    def safe(self) -> bool:
        """Whether the vendor's operation may be repeated whatever became of the first time (RFC 9110, 9.2.2)."""
        return self.idempotent or self.upstream_method in {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
