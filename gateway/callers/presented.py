"""What a request brings to show who asks; the fields that carried it go no further than this."""

import base64
import binascii
import re

import msgspec

from gateway.callers.naming import user_named
from gateway.contract import Headers, first
from gateway.errors import InvalidRequest, Violation

_USER = re.compile(rb"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_ONE_USER = "one, of 1 to 255 printable characters"
AUTHORIZATION, API_KEY, USER = b"authorization", b"x-api-key", b"x-gateway-user"


class Presented(msgspec.Struct, frozen=True):
    """A key or a token, and the user whom the caller says that he acts for."""

    secret: str
    user: str | None = None

    def __repr__(self) -> str:
        return "Presented(…)"


def presented(headers: Headers, *, native: bool = False) -> Presented | None:
    """From `Authorization: Bearer` or `X-API-Key`; None where there is nothing of that kind.

    On native mounts also from the password of Basic, where vendors' SDKs put it.
    """
    user = user_of(headers)
    if (key := _text(first(headers, API_KEY))) is not None:
        return Presented(key, user)
    scheme, _, rest = (first(headers, AUTHORIZATION) or b"").partition(b" ")
    secret = rest.strip()
    if scheme.lower() == b"bearer" and secret:
        return _presented(secret, user)
    if native and scheme.lower() == b"basic" and secret:
        return _presented(_password(secret), user)
    return None


def user_of(headers: Headers) -> str | None:
    """Whom the caller says that he acts for. Raises InvalidRequest where that cannot be told apart from another."""
    said = [value for name, value in headers if name == USER]
    if not said:
        return None
    if len(said) > 1 or not _USER.fullmatch(said[0]):
        raise InvalidRequest(violations=[Violation(place="header", name="X-Gateway-User", detail=_ONE_USER)])
    return user_named(said[0].decode("ascii"))


def _presented(secret: bytes, user: str | None) -> Presented | None:
    text = _text(secret)
    return None if text is None else Presented(text, user)


def _password(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _text(value: bytes | None) -> str | None:
    if not value:
        return None
    try:
        return value.decode("ascii")
    except UnicodeDecodeError:
        return None
