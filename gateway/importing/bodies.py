"""An operation's request body: its schema, and how the vendor reads it."""

from collections.abc import Iterator

import msgspec

from gateway.importing.document import Document, Offered
from gateway.importing.faults import NotCarried
from gateway.importing.mending import Schema
from gateway.importing.reading import Node
from gateway.importing.schemas import Schemas, Works

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_WILD = frozenset({"*/*", "application/*"})
_JSON = "application/json"
_DEEPEST = 8


class Body(msgspec.Struct, frozen=True):
    """`send` is that of integrations.yaml; examples are the document's own, unchecked."""

    schema: Schema
    send: dict[str, Node]
    examples: tuple[Node, ...]


class Converters(msgspec.Struct, frozen=True):
    """The schemas of what callers send, of what they send files with, and of what comes back."""

    request: Schemas
    uploads: Schemas
    response: Schemas

    @classmethod
    def of(cls, document: Document, works: Works) -> "Converters":
        """`works` tells whether a regular expression can be used."""
        return cls(
            Schemas(document, "request", works),
            Schemas(document, "request", works, uploads=True),
            Schemas(document, "response", works),
        )


def body(operation: Offered, document: Document, converters: Converters) -> Body | None:
    """Raises NotCarried for one in no language that the gateway speaks."""
    written = document.resolved(operation.written.get("requestBody"))
    content = written.get("content")
    if not isinstance(content, dict) or not content:
        return None
    if operation.method in _BODILESS:
        if written.get("required") is True:
            raise NotCarried(f"a {operation.method} of it has a body")
        return None
    for name, media in content.items():
        kind = media_type(name)
        node = document.resolved(media)
        if is_json(kind) or kind in _WILD:
            return _of(converters.request, node, _typed(kind))
        if kind in {_FORM, _MULTIPART}:
            encode = "form" if kind == _FORM else "multipart"
            found = _of(converters.request if kind == _FORM else converters.uploads, node, {"encode": encode})
            return msgspec.structs.replace(found, schema=_object(found.schema, node))
    raise NotCarried(f"its body is {' or '.join(f'`{media_type(name)}`' for name in content)}")


def media_type(name: str) -> str:
    return name.partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    return kind == _JSON or (kind.startswith("application/") and kind.endswith("+json"))


def examples(media: dict[str, Node]) -> Iterator[Node]:
    """Those of a media type object, the single one first."""
    if "example" in media:
        yield media["example"]
    several = media.get("examples")
    for one in several.values() if isinstance(several, dict) else ():
        if isinstance(one, dict) and "value" in one:
            yield one["value"]


def _of(schemas: Schemas, media: dict[str, Node], send: dict[str, Node]) -> Body:
    return Body(schemas.standing(media.get("schema", {})), send, tuple(examples(media)))


def _typed(kind: str) -> dict[str, Node]:
    """A body that is JSON, under a name of its own."""
    return {"headers": {"Content-Type": kind}} if kind.endswith("+json") else {}


def _object(schema: Schema, media: dict[str, Node]) -> Schema:
    """A form is an object; what kind of file a part is, its encoding says."""
    if not _may_be_object(schema, schema.get("$defs", {}), 0):
        raise NotCarried("its body is a form, and no object")
    found = schema if "type" in schema else {"type": "object", **schema}
    encoding, parts = media.get("encoding"), found.get("properties", {})
    kinds = {
        name: one["contentType"]
        for name, one in (encoding.items() if isinstance(encoding, dict) else ())
        if isinstance(one, dict) and isinstance(one.get("contentType"), str) and _is_exact(one["contentType"])
    }
    files = {name: part for name, part in parts.items() if name in kinds and "contentEncoding" in part}
    typed = {name: {**part, "contentMediaType": kinds[name]} for name, part in files.items()}
    return {**found, "properties": {**parts, **typed}} if typed else found


def _is_exact(content_type: str) -> bool:
    return content_type.count("/") == 1 and not set(content_type) & set("*,; \r\n")


def _may_be_object(schema: Schema, definitions: dict[str, Schema], depth: int) -> bool:
    kinds = schema.get("type", "object")
    if "object" not in ((kinds,) if isinstance(kinds, str) else kinds) or depth > _DEEPEST:
        return False
    reference = schema.get("$ref")
    target = definitions.get(str(reference).removeprefix("#/$defs/"), {}) if reference is not None else {}
    return reference is None or _may_be_object(target, definitions, depth + 1)
