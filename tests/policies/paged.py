"""Vendors that go from page to page in each of the four ways, and callers who follow them."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from gateway import Call, Handler, Kit, Parameter, Reply
from gateway.paging import CursorPaging, LinkPaging, NumberPaging, OffsetPaging, Paging
from gateway_policies.transform import policy
from tests.kit import call, kit, pipeline, site

SIZE = 2
ALL = (("all", "true"),)
BASE = "https://crm.example/v1"
OWN = tuple(Parameter(name=name, place="query", vendor=name, schema={}) for name in ("cursor", "all"))
LIMIT = Parameter(name="limit", place="query", vendor="per_page", schema={})

Answer = Callable[[Mapping[str, str], list[Any]], Reply]
"""Of the query that was asked and all items."""

_LINK = re.compile(r'<https://gw\.example/api/v1/crm/contacts\?cursor=([A-Za-z0-9_-]+)>; rel="next"')


def json(document: Any, *headers: tuple[bytes, bytes]) -> Reply:
    return Reply(200, ((b"content-type", b"application/json"), *headers), msgspec.json.encode(document))


def _part(items: list[Any], start: int) -> list[Any]:
    return items[start : start + SIZE]


def by_token(query: Mapping[str, str], items: list[Any]) -> Reply:
    start = int(query.get("pageToken", 0))
    more = {"next": str(start + SIZE)} if start + SIZE < len(items) else {}
    return json({"items": _part(items, start), **more})


def by_last_item(query: Mapping[str, str], items: list[Any]) -> Reply:
    """The list itself, from the item on that comes after the named one; a next one can always be asked for."""
    start = items.index({"id": int(query["after"])}) + 1 if "after" in query else 0
    return json(_part(items, start))


def by_address(query: Mapping[str, str], items: list[Any]) -> Reply:
    start = int(query.get("$skip", 0))
    link = f"{BASE}/contacts?$skip={start + SIZE}" if start + SIZE < len(items) else None
    return json({"value": _part(items, start), "@odata.nextLink": link})


def by_header(query: Mapping[str, str], items: list[Any]) -> Reply:
    start = int(query.get("from", 0))
    link = f'</v1/contacts?from=0>; rel="first", <?from={start + SIZE}>; title="a, b"; rel="last next"'.encode()
    return json(_part(items, start), *([(b"link", link)] if start + SIZE < len(items) else []))


def by_number(query: Mapping[str, str], items: list[Any]) -> Reply:
    page = int(query.get("page", 1))
    pages = -(-len(items) // SIZE)
    return json({"results": _part(items, (page - 1) * SIZE), "meta": {"pages": pages}})


def by_offset(query: Mapping[str, str], items: list[Any]) -> Reply:
    return json({"results": _part(items, int(query.get("offset", 0))), "total": len(items)})


STYLES: Mapping[str, tuple[Paging, Answer]] = {
    "cursor": (CursorPaging(items="items", next="next", parameter="pageToken"), by_token),
    "cursor made of the last item": (CursorPaging(next="[-1].id", parameter="after"), by_last_item),
    "link": (LinkPaging(items="value", next='"@odata.nextLink"'), by_address),
    "link in the header": (LinkPaging(), by_header),
    "page": (NumberPaging(items="results", parameter="page"), by_number),
    "page, told how many": (NumberPaging(items="results", parameter="page", pages="meta.pages"), by_number),
    "offset": (OffsetPaging(items="results", parameter="offset"), by_offset),
    "offset, told how many": (OffsetPaging(items="results", parameter="offset", total="total"), by_offset),
}


def contacts(count: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in range(1, count + 1)]


class Crm:
    """A vendor with a list behind a paged endpoint; `asked` are the calls that came to him."""

    def __init__(self, paging: Paging, answer: Answer, items: list[Any], **fields: Any) -> None:
        self.asked: list[Call] = []
        self.kit: Kit = kit()
        self._answer = answer
        self._items = items
        told = {"base_url": BASE, "public_url": "https://gw.example", "parameters": (*OWN, LIMIT), "paging": paging}
        self.handler: Handler = pipeline(policy, None, self.vendor, at=site(**{**told, **fields}), using=self.kit)

    async def vendor(self, call: Call) -> Reply:
        self.asked.append(call)
        return self._answer(dict(parse_qsl(call.target.partition("?")[2])), self._items)

    @property
    def targets(self) -> list[str]:
        return [call.target for call in self.asked]

    async def followed(self, *query: tuple[str, str], most: int = 50) -> list[Any]:
        """The decoded pages, from the first to the one without a link."""
        pages: list[Any] = []
        cursor: tuple[tuple[str, str], ...] = query
        while len(pages) < most:
            reply = await self.handler(call(query=cursor))
            assert isinstance(reply.body, bytes)
            pages.append(msgspec.json.decode(reply.body))
            link = reply.header(b"link")
            if link is None:
                return pages
            found = _LINK.fullmatch(link.decode())
            assert found is not None, link
            cursor = (("cursor", found[1]),)
        raise AssertionError("there is no last page")

    async def asked_for(self, *query: tuple[str, str], **fields: Any) -> Reply:
        return await self.handler(call(query=query, **fields))

    async def all(self, *query: tuple[str, str], **fields: Any) -> Any:
        return msgspec.json.decode(await whole(await self.asked_for(*ALL, *query, **fields)))


async def whole(reply: Reply, sent: bytearray | None = None) -> bytes:
    """The body of a stream; `sent` gets what there is of it, should it break off."""
    assert reply.status == 200
    assert not isinstance(reply.body, bytes)
    found = bytearray() if sent is None else sent
    async for chunk in reply.body:
        found += chunk
    return bytes(found)
