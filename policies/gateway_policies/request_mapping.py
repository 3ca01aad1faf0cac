"""What the vendor is asked: target, header fields and body, made from what the caller asked."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from gateway import Call, Headers, Kit, Operation
from gateway.errors import InvalidRequest, Violation
from gateway.headers import TO_VENDOR, USER_AGENT
from gateway_policies.links import Cursors
from gateway_policies.multipart import file_types, multipart
from gateway_policies.query import Names
from gateway_policies.texts import written

_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_JSON = (b"content-type", b"application/json")
_FORM = (b"content-type", b"application/x-www-form-urlencoded")
_OWN: Headers = ((b"user-agent", USER_AGENT), (b"accept-encoding", b"identity"))
SCENARIO = b"gateway-stub-scenario"
"""A stub reads it; no vendor ever gets it, since a stub stands in the vendor's place."""


def request_mapper(operation: Operation, kit: Kit) -> Callable[[Call], Call]:
    """Everything that can be is decided here, once."""
    target = _target(operation, kit)
    headers = _headers(operation)
    body = _body(operation)
    method = operation.upstream_method

    def to_vendor(call: Call) -> Call:
        content, fields = body(call)
        asked = (*headers(call), *fields) if fields else headers(call)
        return msgspec.structs.replace(call, method=method, target=target(call), headers=asked, body=content)

    return to_vendor


def _target(operation: Operation, kit: Kit) -> Callable[[Call], str]:
    path, _, fixed = operation.upstream.partition("?")
    constants = [fixed] if fixed else []
    constants += [pair(name, value) for name, value in operation.send.query.items()]
    places = _PLACEHOLDER.split(path)
    literals, names = places[::2], places[1::2]
    cursors = Cursors.of(operation, kit) if operation.reply.links or operation.paging else None
    own = {"cursor", "all"} if operation.paging else {"cursor"} if cursors else set()  # the vendor never hears of these
    vendor = Names(p for p in operation.parameters if p.place == "query" and p.name not in own)

    def target(call: Call) -> str:
        if cursors is not None and (cursor := _value(call, "cursor")) is not None:
            return cursors.opened(cursor, call)
        text = literals[0]
        for name, literal in zip(names, literals[1:], strict=True):
            text += segment(name, call.path[name]) + literal
        if not call.query and not constants:
            return text
        pairs = [*constants, *(one for name, value in call.query for one in _asked(vendor, name, value))]
        return f"{text}?{'&'.join(pairs)}" if pairs else text

    return target


def _value(call: Call, name: str) -> str | None:
    return next((value for given, value in call.query if given == name), None)


def segment(name: str, value: str) -> str:
    """A value as one path segment: whatever it holds, it can neither end the segment nor climb out of the path."""
    if value.isalnum() and value.isascii():
        return value
    if value in {"", ".", ".."}:
        violation = Violation("path", "cannot stand in a path", name=name)
        raise InvalidRequest(f"path parameter `{name}` cannot be {value!r}", violations=[violation])
    if _FORBIDDEN.search(value):
        violation = Violation("path", "holds a backslash or control character", name=name)
        raise InvalidRequest(f"path parameter `{name}` holds what cannot stand in a path", violations=[violation])
    return quote(value, safe="")


def _asked(names: Names, name: str, value: str) -> list[str]:
    """Under the vendor's name; what is not declared has no way here past `validate`."""
    parameter, key = names.find(name)
    if parameter is None:
        return []
    return [pair(f"{parameter.vendor}[{key}]" if key else parameter.vendor, value)]


def pair(name: str, value: Any) -> str:
    """A query parameter as it is sent."""
    return f"{quote(name, safe='$')}={quote(written(value), safe=',:')}"


def _headers(operation: Operation) -> Callable[[Call], Headers]:
    declared = {p.name.lower().encode(): p.vendor.lower().encode() for p in operation.parameters if p.place == "header"}
    allowed = TO_VENDOR - {b"content-type"}
    if operation.http_cache == "keeps":
        allowed |= {b"cache-control", b"pragma"}  # that far: the stage below this one reads them, and keeps them
    fixed: list[tuple[bytes, bytes]] = [*_OWN]
    fixed += [(name.lower().encode(), value.encode()) for name, value in operation.send.headers.items()]
    constant = {name for name, _ in fixed}
    names: Mapping[bytes, bytes] = {name: name for name in (allowed | {SCENARIO}) - constant - set(declared)} | {
        name: vendor for name, vendor in declared.items() if vendor not in constant
    }
    if operation.uploads:
        names = {**names, b"content-type": b"content-type"}
    ours = tuple(fixed)

    def headers(call: Call) -> Headers:
        return (*[(names[name], value) for name, value in call.headers if name in names], *ours)

    return headers


def _has_body(operation: Operation) -> bool:
    return operation.body is not None or bool(operation.send.body)


def _body(operation: Operation) -> Callable[[Call], tuple[Any, Headers]]:
    """The body, and the header field that says what it is."""
    send = operation.send
    if not _has_body(operation):
        return lambda call: (call.body, ())
    is_json = send.encode == "json"
    own = any(name.lower() == "content-type" for name in send.headers)
    fields: Headers = () if is_json and own else (_JSON,)
    if is_json and not send.rename and not send.body:
        return lambda call: (call.body, fields)
    encode, rename, constants = _encoder(operation, fields), send.rename, send.body

    def body(call: Call) -> tuple[bytes, Headers]:
        if call.payload is not msgspec.UNSET and not isinstance(call.payload, dict):
            if constants or not is_json:
                raise InvalidRequest("the body has to be a JSON object")
            return encode(call.payload)
        payload = {} if call.payload is msgspec.UNSET else call.payload
        return encode({**{rename.get(key, key): value for key, value in payload.items()}, **constants})

    return body


def _encoder(operation: Operation, fields: Headers) -> Callable[[Any], tuple[bytes, Headers]]:
    """From the vendor's object to the vendor's bytes."""
    send = operation.send
    if send.encode == "form":
        return lambda payload: (form(payload), (_FORM,))
    if send.encode == "json":
        return lambda payload: (msgspec.json.encode(payload), fields)
    files = {send.rename.get(name, name): kind for name, kind in file_types(operation.body or {}).items()}

    def parts(payload: Any) -> tuple[bytes, Headers]:
        content, kind = multipart(payload, files)
        return content, ((b"content-type", kind),)

    return parts


def form(payload: Mapping[str, Any]) -> bytes:
    """application/x-www-form-urlencoded: a list repeats its key, null is left out, an object is written as JSON."""
    pairs = []
    for key, value in payload.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [f"{_encoded(key)}={_encoded(written(item))}" for item in values if item is not None]
    return "&".join(pairs).encode()


def _encoded(text: str) -> str:
    return quote(text, safe="*-._ ").replace(" ", "+")
