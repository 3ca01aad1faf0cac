"""Twilio's paging: PageSize, Page and PageToken in, relative links to the neighbours out."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.simulators.simulator import RefusedError
from tests.simulators.twilio_checks import error
from tests.simulators.wire import JsonObject, Request

PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 1000


def page(request: Request, name: str, rows: list[JsonObject]) -> JsonObject:
    """One page with its relative links; a PageToken names the last row of the page before."""
    number = _whole(request.parameter("Page"), 0)
    size = min(_whole(request.parameter("PageSize"), PAGE_SIZE) or PAGE_SIZE, PAGE_SIZE_LIMIT)
    start = _start(request.parameter("PageToken"), rows, number * size)
    shown = rows[start : start + size]
    more = len(rows) > start + size
    return {
        name: shown,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": request.target,
        "first_page_uri": _link(request, size, 0),
        "next_page_uri": _link(request, size, number + 1, "PA" + _key(shown[-1])) if more else None,
        "previous_page_uri": _link(request, size, number - 1, "PB" + _key(shown[0])) if number and shown else None,
    }


def _start(token: str | None, rows: list[JsonObject], otherwise: int) -> int:
    """Right after the row that the token names, so that a row added meanwhile shifts nothing."""
    if not token or token.startswith("PB"):
        return otherwise
    place = next((index for index, row in enumerate(rows) if _key(row) == token[2:]), None)
    if place is None:
        raise RefusedError(error(20001, message=f"Page token {token} is not known"))
    return place + 1


def _link(request: Request, size: int, page: int, token: str | None = None) -> str:
    paging = [("PageSize", str(size)), ("Page", str(page))] + ([("PageToken", token)] if token else [])
    kept = [pair for pair in request.parameters if pair[0] not in {"PageSize", "Page", "PageToken"}]
    return f"{request.path}?{urlencode(kept + paging)}"


def _key(row: JsonObject) -> str:
    return str(row.get("sid") or row["category"])


def _whole(text: str | None, otherwise: int) -> int:
    """The vendor takes what is not a number as left out."""
    return int(text) if text and text.isdecimal() else otherwise
