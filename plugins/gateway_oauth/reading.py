"""What a caller asks of connections, held against what the document says of it."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from gateway.contract import Call
from gateway.errors import InvalidRequest, Violation

T = TypeVar("T", bound=msgspec.Struct)

USER = r"^[!-~]([ -~]{0,253}[!-~])?$"
"""Whom a caller acts for: what can stand in a header field."""
MOST = 100
_USER = re.compile(USER)
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Which connections are listed."""

    user: str | None = None
    provider: str | None = None
    after: str = ""
    limit: int = MOST


def body_of(call: Call, kind: type[T]) -> T:
    """Raises InvalidRequest with what would be right."""
    if call.payload is msgspec.UNSET:
        raise InvalidRequest(violations=[Violation(place="body", detail="this takes a JSON object")])
    try:
        return msgspec.convert(call.payload, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        pointer = "/".join(["", *filter(None, re.split(r"[.\[\]`]+", path))])
        raise InvalidRequest(violations=[Violation(place="body", detail=message, pointer=pointer)]) from error


def listing_of(call: Call) -> Listing:
    found = _once(call, frozenset({"user", "provider", "after", "limit"}))
    limit = found.get("limit", str(MOST))
    if not _NUMBER.fullmatch(limit) or int(limit) > MOST:
        raise _wrong("limit", f"a number from 1 to {MOST}")
    user = found.get("user")
    if user is not None and not _USER.fullmatch(user):
        raise _wrong("user", "1 to 255 printable characters")
    return Listing(user=user, provider=found.get("provider"), after=found.get("after", ""), limit=int(limit))


def without_query(call: Call) -> None:
    _once(call, frozenset())


def _once(call: Call, known: frozenset[str]) -> Mapping[str, Any]:
    found: dict[str, str] = {}
    for name, value in call.query:
        if name not in known:
            raise _wrong(name, "this is no parameter here")
        if name in found:
            raise _wrong(name, "once at most")
        found[name] = value
    return found


def _wrong(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(violations=[Violation(place="query", name=name, detail=detail)])
