"""From a page to the next: what the vendor was asked and has answered tells what he has to be asked then.

    paging: {style: cursor, items: items, next: nextPageToken, parameter: pageToken}
    paging: {style: link, items: value, next: '"@odata.nextLink"'}
    paging: {style: page, items: results, parameter: page, size: per_page}
    paging: {style: offset, items: results, parameter: offset, limit: limit}

Callers see none of the four: each page has a header `Link` to the next one, and `?all=true` gives all of them.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote_plus, urljoin

from gateway import Call, Headers, Kit, Operation, Reply
from gateway.errors import ContractViolation
from gateway.paging import CursorPaging, LinkPaging, NumberPaging, OffsetPaging, Paging
from gateway_policies.links import Cursors, page_url
from gateway_policies.reply_mapping import decoded, searcher
from gateway_policies.request_mapping import pair

Following = Callable[[str, Reply, Any], str | None]
"""Of the target that was asked, the answer and its decoded body: the target of the next page, None after the last.

Raises ContractViolation where the vendor leads on to nothing that could be asked.
"""

_PARAMETER = r'\s*;\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+)))?'
_LINK = re.compile(f"<([^<>]*)>((?:{_PARAMETER})*)")
_PARAMETERS = re.compile(_PARAMETER)
_DIGITS = 15
"""More than any list is long."""


def linker(operation: Operation, kit: Kit) -> Callable[[Call, str, Reply], Headers]:
    """Gives the header `Link` of a page: `call` is the caller's, the target what the vendor was asked."""
    assert operation.paging is not None  # noqa: S101 - asked for where there is paging
    cursors, follow = Cursors.of(operation, kit), following(operation, kit)
    by_header = isinstance(operation.paging, LinkPaging) and operation.paging.next is None

    def links(call: Call, target: str, reply: Reply) -> Headers:
        if reply.status != 200 or not isinstance(reply.body, bytes):  # noqa: PLR2004
            return ()
        try:
            further = follow(target, reply, None if by_header else decoded(reply.body))
        except ContractViolation as wrong:  # the page itself may be what the caller wants
            call.trail.note("paging.unclear", reason=wrong.detail)
            return ()
        if further is None:
            return ()
        url = page_url(operation, call.path, cursors.sealed(further, call))
        return ((b"link", f'<{url}>; rel="next"'.encode()),)

    return links


def items_of(paging: Paging) -> Callable[[Any], list[Any]]:
    """Finds the items of a page; null and nothing at all are an empty list."""
    search = searcher(paging.items)

    def items(document: Any) -> list[Any]:
        found = search(document)
        if found is None:
            return []
        if not isinstance(found, list):
            raise ContractViolation("the vendor's answer has no list where the items of a page should be")
        return found

    return items


def following(operation: Operation, kit: Kit) -> Following:
    paging = operation.paging
    assert paging is not None  # noqa: S101 - asked for where there is paging
    follow = _by_style(paging, operation, Cursors.of(operation, kit))

    def further(target: str, reply: Reply, document: Any) -> str | None:
        found = follow(target, reply, document)
        if found == target:
            raise ContractViolation("the vendor's next page is the same page again")
        return found

    return further


def _by_style(paging: Paging, operation: Operation, cursors: Cursors) -> Following:
    match paging:
        case CursorPaging():
            return _by_cursor(paging)
        case LinkPaging():
            return _by_link(paging, operation, cursors)
        case NumberPaging():
            return _by_number(paging)
        case OffsetPaging():
            return _by_offset(paging)


def _by_cursor(paging: CursorPaging) -> Following:
    search, items = searcher(paging.next), items_of(paging)

    def follow(target: str, reply: Reply, document: Any) -> str | None:
        token = search(document)
        if token is None or token in ("", False) or _short(paging.size, target, items, document):
            return None
        if isinstance(token, bool) or not isinstance(token, str | int | float):
            raise ContractViolation("what should lead to the vendor's next page is neither text nor a number")
        return with_parameter(target, paging.parameter, token)

    return follow


def _by_link(paging: LinkPaging, operation: Operation, cursors: Cursors) -> Following:
    search = None if paging.next is None else searcher(paging.next)

    def follow(target: str, reply: Reply, document: Any) -> str | None:
        link = next_link(reply.headers) if search is None else search(document)
        if link is None or link in ("", False):
            return None
        found = cursors.target(_absolute(operation.base_url + target, link)) if isinstance(link, str) else None
        if found is None:
            raise ContractViolation("what should lead to the vendor's next page leads out of its base URL")
        return found

    return follow


def _by_number(paging: NumberPaging) -> Following:
    items = items_of(paging)
    search = None if paging.pages is None else searcher(paging.pages)

    def follow(target: str, reply: Reply, document: Any) -> str | None:
        asked = _number(target, paging.parameter)
        page = paging.first if asked is None else asked
        pages = None if search is None else search(document)
        if isinstance(pages, int) and page - paging.first + 1 >= pages:
            return None
        if not items(document) or _short(paging.size, target, items, document):
            return None
        return with_parameter(target, paging.parameter, page + 1)

    return follow


def _by_offset(paging: OffsetPaging) -> Following:
    items = items_of(paging)
    search = None if paging.total is None else searcher(paging.total)

    def follow(target: str, reply: Reply, document: Any) -> str | None:
        count = len(items(document))
        after = (_number(target, paging.parameter) or 0) + count
        total = None if search is None else search(document)
        if isinstance(total, int) and after >= total:
            return None
        if not count or _short(paging.limit, target, items, document):
            return None
        return with_parameter(target, paging.parameter, after)

    return follow


def _short(parameter: str | None, target: str, items: Callable[[Any], Sequence[Any]], document: Any) -> bool:
    """Whether the page has fewer items than were asked for."""
    size = None if parameter is None else _number(target, parameter)
    return bool(size) and len(items(document)) < (size or 0)


def with_parameter(target: str, name: str, value: str | float) -> str:
    """The target with this one in the place of every parameter of its name."""
    path, _, query = target.partition("?")
    kept = [one for one in query.split("&") if one and unquote_plus(one.partition("=")[0]) != name]
    return f"{path}?{'&'.join([*kept, pair(name, value)])}"


def _number(target: str, name: str) -> int | None:
    for one in target.partition("?")[2].split("&"):
        key, _, value = one.partition("=")
        if unquote_plus(key) == name and value.isascii() and value.isdecimal() and len(value) <= _DIGITS:
            return int(value)
    return None


def next_link(headers: Headers) -> str | None:
    """Where the header `Link` leads with `rel="next"` (RFC 8288)."""
    for name, value in headers:
        for link in _LINK.finditer(value.decode("latin-1")) if name == b"link" else ():
            parameters = ((one[1].lower(), one[2] or one[3] or "") for one in _PARAMETERS.finditer(link[2]))
            if "next" in next((text for key, text in parameters if key == "rel"), "").lower().split():
                return link[1]
    return None


def _absolute(asked: str, link: str) -> str:
    """A link that is neither absolute nor begins with a single slash is read as seen from what was asked."""
    if link.startswith("/") and not link.startswith("//"):
        return link
    try:
        return urljoin(asked, link)
    except ValueError:
        return ""
