"""The built-in ways to authenticate to a vendor, one for each word after `use`.

    credential: {use: bearer, token: "${VAPI_API_KEY}"}
    credential: {use: basic, username: "${TWILIO_API_KEY}", password: "${TWILIO_API_SECRET}"}
    credential: {use: header, name: X-API-Key, value: "${CRM_API_KEY}"}
    credential: {use: query, name: api_key, value: "${MAPS_API_KEY}"}
    credential: {use: none}

What the vendor gets is made once, when the stage is built. A field or parameter of the same name that is in the call
already is replaced: a caller cannot put a credential of his own in its place.
"""

import re
from base64 import b64encode
from typing import Annotated
from urllib.parse import quote, unquote_plus

import msgspec

from gateway import Call, Credential, Handler, Kit, Reply, Secret, Settings, Site, Stage

_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, RFC 9110 5.6.2
_VISIBLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
RESERVED = frozenset(
    [
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    ]
)
"""Fields that the gateway itself writes, or that belong to one connection only."""

FieldName = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=100, description="The name of the vendor's header field.", examples=["X-API-Key"]
    ),
]


class Bearer(Settings, frozen=True, kw_only=True, tag_field="use", tag="bearer"):
    """A token in the Authorization header (RFC 6750)."""

    token: Annotated[
        Secret,
        msgspec.Meta(
            description="The vendor's key or access token; `Bearer` is put before it for you.",
            examples=["${VAPI_API_KEY}"],
        ),
    ]

    def __post_init__(self) -> None:
        _visible("token", self.token)


class Basic(Settings, frozen=True, kw_only=True, tag_field="use", tag="basic"):
    """A name and a password in the Authorization header (RFC 7617)."""

    username: Annotated[
        Secret,
        msgspec.Meta(
            description="The account or key id; some vendors want their key here.", examples=["${TWILIO_API_KEY}"]
        ),
    ]
    password: Annotated[
        Secret,
        msgspec.Meta(
            description="The password or key secret; empty where there is none.", examples=["${TWILIO_API_SECRET}"]
        ),
    ] = Secret("")

    def __post_init__(self) -> None:
        if not self.username:
            raise ValueError("`username` is empty")
        if ":" in self.username:
            raise ValueError("`username` holds a colon, which basic authentication cannot carry")
        for name, value in (("username", self.username), ("password", self.password)):
            if not value.isprintable():
                raise ValueError(f"`{name}` holds a line break or another control character")


class Header(Settings, frozen=True, kw_only=True, tag_field="use", tag="header"):
    """A key in a header field of the vendor's own."""

    name: FieldName
    value: Annotated[
        Secret,
        msgspec.Meta(
            description="The value of the header field, the whole of it: nothing is put before it.",
            examples=["${CRM_API_KEY}"],
        ),
    ]

    def __post_init__(self) -> None:
        if not _FIELD_NAME.fullmatch(self.name):
            raise ValueError(f"`{self.name}` is no name of a header field")
        if self.name.lower() in RESERVED:
            raise ValueError(f"`{self.name}` is a header field that the gateway writes itself")
        _visible("value", self.value)


class Query(Settings, frozen=True, kw_only=True, tag_field="use", tag="query"):
    """A key in a query parameter; prefer a header where the vendor takes one, since addresses end up in logs."""

    name: Annotated[
        str,
        msgspec.Meta(
            min_length=1, max_length=100, description="The name of the vendor's query parameter.", examples=["api_key"]
        ),
    ]
    value: Annotated[
        Secret,
        msgspec.Meta(
            description="The value of the parameter; it is percent-encoded for you.", examples=["${MAPS_API_KEY}"]
        ),
    ]

    def __post_init__(self) -> None:
        if not self.value:
            raise ValueError("`value` is empty")


class Anonymous(Settings, frozen=True, kw_only=True, tag_field="use", tag="none"):
    """The vendor wants no credential."""


def _visible(name: str, value: str) -> None:
    if not value:
        raise ValueError(f"`{name}` is empty")
    if not _VISIBLE.fullmatch(value):
        raise ValueError(f"`{name}` holds a line break, an outer space or another character that a header cannot carry")


def bearer(settings: Bearer, site: Site, kit: Kit) -> Stage:
    return _with_field(b"authorization", b"Bearer " + settings.token.encode("ascii"))


def basic(settings: Basic, site: Site, kit: Kit) -> Stage:
    pair = f"{settings.username}:{settings.password}".encode()
    return _with_field(b"authorization", b"Basic " + b64encode(pair))


def header(settings: Header, site: Site, kit: Kit) -> Stage:
    return _with_field(settings.name.lower().encode("ascii"), settings.value.encode("ascii"))


def query(settings: Query, site: Site, kit: Kit) -> Stage:
    name, pair = settings.name, f"{quote(settings.name, safe='')}={quote(settings.value, safe='')}"

    async def credential(call: Call, forward: Handler) -> Reply:
        path, _, given = call.target.partition("?")
        kept = [each for each in given.split("&") if each and unquote_plus(each.partition("=")[0]) != name]
        return await forward(msgspec.structs.replace(call, target=f"{path}?{'&'.join([*kept, pair])}"))

    return credential


def anonymous(settings: Anonymous, site: Site, kit: Kit) -> Stage:
    async def credential(call: Call, forward: Handler) -> Reply:
        return await forward(call)

    return credential


def _with_field(name: bytes, value: bytes) -> Stage:
    field = (name, value)

    async def credential(call: Call, forward: Handler) -> Reply:
        headers = (*(each for each in call.headers if each[0] != name), field)
        return await forward(msgspec.structs.replace(call, headers=headers))

    return credential


CREDENTIALS: tuple[Credential, ...] = (
    Credential(settings=Bearer, build=bearer),
    Credential(settings=Basic, build=basic),
    Credential(settings=Header, build=header),
    Credential(settings=Query, build=query),
    Credential(settings=Anonymous, build=anonymous),
)
