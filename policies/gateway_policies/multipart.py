"""multipart/form-data (RFC 7578) for vendors who want files, from the JSON object that callers send.

Texts and numbers are parts as they are, a list repeats its part, an object is a part of JSON. A property whose schema
says `contentEncoding: base64` is a file: base64 in the caller's JSON, its bytes in the part.
"""

import hashlib
import mimetypes
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway import JsonSchema
from gateway.errors import InvalidRequest, Violation
from gateway_policies.texts import written

_ANY = "application/octet-stream"
_DEEPEST = 8
_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""What may not stand in the name of a part, as browsers write it."""


def file_types(schema: JsonSchema) -> Mapping[str, str]:
    """The properties that are files, and each one's media type; also behind `$ref`, `allOf` and lists."""
    definitions = schema.get("$defs", {})
    found: dict[str, str] = {}
    for name, part in _properties(schema, definitions, 0):
        kind = _file_type(part, definitions, 0)
        if kind is not None:
            found[name] = kind
    return found


def multipart(payload: Mapping[str, Any], files: Mapping[str, str]) -> tuple[bytes, bytes]:
    """The body and its Content-Type. Raises InvalidRequest for a file that is no base64.

    The boundary is made of what it stands between: the same parts, the same body, whichever attempt it is.
    """
    parts = [part for name, value in payload.items() for part in _parts(name, value, files.get(name))]
    boundary = hashlib.sha256(b"\0".join(parts)).hexdigest().encode()
    while any(boundary in part for part in parts):
        boundary = hashlib.sha256(boundary).hexdigest().encode()
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return b"%b--%b--\r\n" % (body, boundary), b"multipart/form-data; boundary=%b" % boundary


def _parts(name: str, value: Any, file: str | None) -> Iterator[bytes]:
    """Null is left out, as in a form."""
    for number, item in enumerate(value if isinstance(value, list | tuple) else [value]):
        if item is None:
            continue
        head = f'Content-Disposition: form-data; name="{name.translate(_ESCAPED)}"'
        if file is not None and isinstance(item, str):
            pointer = f"/{_step(name)}" + (f"/{number}" if isinstance(value, list | tuple) else "")
            yield _file(head, _file_name(name, file), file, _bytes_of(item, pointer))
        elif isinstance(item, dict | list | tuple):
            yield f"{head}\r\nContent-Type: application/json\r\n\r\n".encode() + msgspec.json.encode(item)
        else:
            yield f"{head}\r\n\r\n{written(item)}".encode()


def _file(head: str, file_name: str, kind: str, content: bytes) -> bytes:
    return f'{head}; filename="{file_name}"\r\nContent-Type: {kind}\r\n\r\n'.encode() + content


def _file_name(name: str, kind: str) -> str:
    """Many vendors read a part as a file only if it has one."""
    return f"{name.translate(_ESCAPED)}{mimetypes.guess_extension(kind) or ''}"


def _bytes_of(text: str, pointer: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        violation = Violation("body", "expected base64", pointer=pointer)
        raise InvalidRequest(f"body {pointer}: expected base64", violations=[violation]) from None


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _properties(schema: Any, definitions: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), _referred(schema, definitions)):
        yield from _properties(part, definitions, depth + 1)
    yield from schema.get("properties", {}).items()


def _file_type(schema: Any, definitions: Mapping[str, Any], depth: int) -> str | None:
    """The media type of a file, or of the files of a list; None for anything else."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    if schema.get("contentEncoding") == "base64":
        kind = schema.get("contentMediaType")
        return kind if isinstance(kind, str) and _is_field(kind) else _ANY
    inner = (*schema.get("allOf", ()), *schema.get("anyOf", ()), schema.get("items"), _referred(schema, definitions))
    return next((kind for one in inner if (kind := _file_type(one, definitions, depth + 1)) is not None), None)


def _is_field(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _referred(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    reference = schema.get("$ref")
    return definitions.get(reference.removeprefix("#/$defs/")) if isinstance(reference, str) else None
