"""Google's opaque tokens: where the next page starts, and which change a client has seen last."""

from __future__ import annotations

import base64
import binascii

from tests.simulators.google_errors import error, invalid, whole
from tests.simulators.simulator import RefusedError
from tests.simulators.wire import JsonObject, Request


def page(request: Request, rows: list[JsonObject], *, size: int, most: int) -> tuple[list[JsonObject], JsonObject]:
    """The rows of this page, and `nextPageToken` where there is another one."""
    length = whole(request, "maxResults", size, most)
    start = _number("page", request.parameter("pageToken"))
    if start is None:
        raise invalid("Invalid page token value.", "pageToken")
    end = start + length
    return rows[start:end], {"nextPageToken": _token("page", end)} if end < len(rows) else {}


def sync_token(change: int) -> str:
    return _token("sync", change)


def seen_change(request: Request, *, oldest: int, newest: int) -> int | None:
    """The change that the request's syncToken stands for, None without one; a stale or foreign one is 410."""
    token = request.parameter("syncToken")
    if token is None:
        return None
    change = _number("sync", token)
    if change is None or not oldest <= change <= newest:
        message = "Sync token is no longer valid, a full sync is required."
        place = {"location": "syncToken", "locationType": "parameter"}
        raise RefusedError(error(410, "fullSyncRequired", message, domain="calendar", **place))
    return change


def _token(kind: str, number: int) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{number}".encode()).decode()


def _number(kind: str, token: str | None) -> int | None:
    """Zero without a token, None for one that was not made here."""
    if token is None:
        return 0
    try:
        found, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(number) if found == kind and number.isdecimal() else None
