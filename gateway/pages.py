"""What pages of the gateway's own are asked, and what they answer: JSON, for nobody to keep."""

from typing import Any, Literal, TypeVar

import msgspec

from gateway.contract import Call, Headers, Reply
from gateway.errors import InvalidRequest, Violation

T = TypeVar("T")

_JSON: Headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


def asked(call: Call, kind: type[T]) -> T:
    """The query, as a struct of that kind says that it may be. Raises InvalidRequest."""
    return _converted(dict(call.query), kind, "query", strict=False)


def ordered(call: Call, kind: type[T]) -> T:
    """The same of the body. Raises InvalidRequest where there is none."""
    return _converted(None if call.payload is msgspec.UNSET else call.payload, kind, "body", strict=True)


def json_reply(document: object, status: int = 200) -> Reply:
    """What JSON has no form for is written as text."""
    return Reply(status, _JSON, msgspec.json.encode(document, enc_hook=str))


def _converted(given: Any, kind: type[T], place: Literal["query", "body"], *, strict: bool) -> T:
    try:
        return msgspec.convert(given, type=kind, strict=strict)
    except msgspec.ValidationError as wrong:
        raise InvalidRequest(violations=[Violation(place, str(wrong))]) from wrong
