"""All pages in one answer: a stream that asks for a page only once the page before has been taken.

    {"items": [ … ], "next": null}

`next` leads on where the endpoint's bounds end the answer before the list ends. Whatever fails once the answer has
begun breaks it off, so that it is no whole JSON document and cannot be mistaken for one.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from gateway import Call, Handler, Headers, Kit, Operation, Reply
from gateway.errors import ContractViolation, GatewayError, UpstreamReset, UpstreamTimeout
from gateway_policies.links import Cursors, page_url
from gateway_policies.paging import following, items_of
from gateway_policies.reply_mapping import decoded, document_mapper
from gateway_policies.streams import close
from gateway_policies.texts import validator

Read = Callable[[Call, str, Reply], "Page"]
Collect = Callable[[Call, Call, Handler], Awaitable[Reply]]

_CONDITIONAL = frozenset(
    {b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range"}
)
"""They speak of one page."""
_JSON: Headers = ((b"content-type", b"application/json"),)
_OK = 200


class Page(msgspec.Struct, frozen=True):
    """Its items as a part of a JSON list, how many they are, and the target of the next page."""

    text: bytes
    count: int
    following: str | None


def wanted(call: Call) -> bool:
    return ("all", "true") in call.query


def collector(operation: Operation, kit: Kit, answer: Callable[[Call, str, Reply], Reply]) -> Collect:
    """Takes the caller's call, the call that it is to the vendor, and the way to him.

    `answer` makes of the vendor's first reply what the caller gets, where that reply is no page.
    """
    read, walk = _reader(operation, kit), _walker(operation, kit)

    async def collect(call: Call, asked: Call, forward: Handler) -> Reply:
        kept = tuple(field for field in asked.headers if field[0] not in _CONDITIONAL)
        asked = msgspec.structs.replace(asked, headers=kept)
        seconds = call.deadline - kit.clock()
        reply = await forward(asked)
        if not _is_page(reply):
            return answer(call, asked.target, reply)
        first = read(call, asked.target, reply)

        async def fetch(target: str, cursor: str) -> Page:
            deadline = kit.clock() + seconds
            further = msgspec.structs.replace(asked, target=target, query=(("cursor", cursor),), deadline=deadline)
            reply = await _within(seconds, forward(further))
            if not _is_page(reply):
                await close(reply.body)
                raise UpstreamReset(f"the vendor answered {reply.status} to a further page")
            return read(call, target, reply)

        return Reply(_OK, _JSON, walk(call, asked.target, first, fetch))

    return collect


def _is_page(reply: Reply) -> bool:
    return reply.status == _OK and reply.verdict is None and isinstance(reply.body, bytes)


async def _within(seconds: float, reply: Awaitable[Reply]) -> Reply:
    """Every page has the time that the first one had, since nothing else bounds a stream."""
    bound = asyncio.timeout(None if math.isinf(seconds) else seconds)
    try:
        async with bound:
            return await reply
    except TimeoutError as error:
        if not bound.expired():
            raise
        raise UpstreamTimeout(f"a further page was not there within {seconds:g} seconds") from error


def _reader(operation: Operation, kit: Kit) -> Read:
    """Raises ContractViolation for an answer that is no page."""
    assert operation.paging is not None  # noqa: S101 - asked for where there is paging
    items, follow, mapped = items_of(operation.paging), following(operation, kit), document_mapper(operation, kit)
    encode, fits = msgspec.json.Encoder().encode, _strictly(operation)
    select = operation.reply.select  # where it does not lead toward the items, they are not for callers to see
    hidden = select is not None and not f"{operation.paging.items}.".startswith(f"{select}.")

    def read(call: Call, target: str, reply: Reply) -> Page:
        assert isinstance(reply.body, bytes)  # noqa: S101 - what is no page was given back
        document = decoded(reply.body)
        further = follow(target, reply, document)
        page = document if mapped is None else mapped(call, document)
        if not fits(page):
            raise ContractViolation("a page of the vendor's does not fit the schema that this endpoint declares")
        if hidden and not isinstance(page, list):
            raise ContractViolation("what `reply.select` gives of a page is no list")
        found = page if isinstance(page, list) else items(document)  # what callers see of a page, where that is a list
        return Page(encode(found)[1:-1], len(found), further)

    return read


def _strictly(operation: Operation) -> Callable[[Any], bool]:
    """Whether a page is what was promised, where that has to be sure: no later stage can tell from a stream."""
    schema = next((answer.schema for answer in operation.answers if answer.status == _OK), None)
    if not operation.strict or schema is None:
        return lambda page: True
    fits: Callable[[Any], bool] = validator(schema).is_valid
    return fits


Fetch = Callable[[str, str], Awaitable[Page]]
Walk = Callable[[Call, str, Page, Fetch], AsyncIterator[bytes]]


def _walker(operation: Operation, kit: Kit) -> Walk:
    paging, cursors, encode = operation.paging, Cursors.of(operation, kit), msgspec.json.Encoder().encode
    assert paging is not None  # noqa: S101 - asked for where there is paging

    async def walk(call: Call, asked: str, page: Page, fetch: Fetch) -> AsyncIterator[bytes]:
        """`asked` is the target of the first page."""
        seen, count, target = {asked}, page.count, page.following
        call.trail.note("paging.page", page=1, items=count)
        yield b'{"items":[' + page.text
        while target is not None and len(seen) < paging.max_pages and count < paging.max_items:
            del page  # so that no more than one is in memory
            page = await further(call, target, seen, fetch)
            target = page.following
            if page.text:
                yield b"," + page.text if count else page.text
            count += page.count
        if target is not None:
            call.trail.note("paging.cut", pages=len(seen), items=count)
        rest = None if target is None else page_url(operation, call.path, cursors.sealed(target, call), all="true")
        yield b'],"next":' + encode(rest) + b"}"

    async def further(call: Call, target: str, seen: set[str], fetch: Fetch) -> Page:
        try:
            if target in seen:
                raise ContractViolation("the vendor's pages lead in a circle")
            seen.add(target)
            page = await fetch(target, cursors.sealed(target, call))
        except GatewayError as error:
            call.trail.note("paging.broke_off", pages=len(seen), slug=error.slug)
            raise
        call.trail.note("paging.page", page=len(seen), items=page.count)
        return page

    return walk
