"""All pages over real sockets: at the reader's pace, until he leaves, and never an end that is none."""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from tests.faults.cases import CASES as FAULTS
from tests.faults.server import Exchange
from tests.running import eventually
from tests.wire.sockets import Reading, ask, chunks, connected, get, read_head, seconds_until
from tests.wire.test_leaving import PROMPT
from tests.wire.test_streams import chunks_of
from tests.wire.vendors import Wire, wire

CONFIG = """
version: 1
server: {public_url: "https://gateway.example"}
defaults:
  timeout: {connect: 2s, attempt: 2s, total: 3s}
integrations:
  shop:
    base_url: VENDOR
    bulkhead: {concurrent: 1}
    endpoints:
      cursor:
        route: GET /cursor
        upstream: GET /paged/cursor
        paging: {style: cursor, items: data, next: next, parameter: after}
      link: {route: GET /link, upstream: GET /paged/link, paging: &link {style: link, items: data, next: next}}
      header: {route: GET /header, upstream: GET /paged/header, paging: {style: link, items: data}}
      page:
        route: GET /page
        upstream: GET /paged/page
        paging: {style: page, items: data, parameter: after, first: 0}
      offset: {route: GET /offset, upstream: GET /paged/offset, paging: {style: offset, items: data, parameter: after}}
      few: {route: GET /few, upstream: GET /paged/link, paging: {style: link, items: data, next: next, max_pages: 2}}
      long: {route: GET /long, upstream: GET /paged/long, paging: *link}
      endless: {route: GET /endless, upstream: GET /paged/endless, paging: *link}
      broken: {route: GET /broken, upstream: GET /paged/broken, paging: *link}
      steady: {route: GET /steady, upstream: GET /paged/steady, paging: *link}
      slow: {route: GET /slow, upstream: GET /paged/slow, paging: *link}
      quick: {route: GET /quick, upstream: GET /echo}
"""
PAGES = 5
LONG = 64
AHEAD = 32
"""Pages that sockets and libraries on the way may hold between them; much less than there are."""
PACE = 0.05
"""Seconds for a page that is waited for: all of them take longer than anybody takes to leave."""
MEBIBYTE = 1024 * 1024
FILLING = "x" * MEBIBYTE
JSON = (b"Content-Type", b"application/json")


async def paged(exchange: Exchange) -> None:
    """One item a page, in the way that the second segment of the path says."""
    await exchange.read_body()
    path, _, query = exchange.target.decode().partition("?")
    number = int(parse_qs(query).get("after", ["0"])[0])
    style = path.rpartition("/")[2]
    if number == 2 and style in {"broken", "slow"}:
        await _fail(exchange, style)
        return
    if style == "steady":
        await asyncio.sleep(PACE)
    following = f"{path}?after={number + 1}" if number < (LONG if style in {"long", "steady"} else PAGES) - 1 else None
    data: list[object] = [FILLING if style == "long" else number] if following or number == PAGES - 1 else []
    tokens = {"cursor": following and number + 1, "endless": f"{path}?after={1 + number % 2}"}
    fields = [(b"Link", f'<{following}>; rel="next"'.encode())] if style == "header" and following else []
    document = {"data": data, "next": tokens.get(style, following)}
    await exchange.answer(msgspec.json.encode(document), fields=[JSON, *fields])


async def _fail(exchange: Exchange, style: str) -> None:
    if style == "slow":
        await exchange.gone()
        exchange.left.set()
    else:
        exchange.reset()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wire(tmp_path_factory.mktemp("pages"), CONFIG, {**FAULTS, "paged": paged}) as found:
        yield found


@pytest.fixture(name="wire")
def fresh(shop: Wire) -> Iterator[Wire]:
    """Each test leaves nothing behind: the only place of the bulkhead is free again."""
    shop.vendor.seen.clear()
    yield shop
    eventually(lambda: ask(shop.port, get("/api/v1/shop/quick")).status == 200, PROMPT)


def all_of(wire: Wire, path: str) -> Any:
    answer = ask(wire.port, get(path))
    assert (answer.status, answer.field("content-type")) == (200, "application/json")
    return msgspec.json.decode(answer.body)


@pytest.mark.parametrize("style", ["cursor", "link", "header", "page", "offset"])
def test_every_style_gives_callers_the_same(wire: Wire, style: str) -> None:
    found, url = [], f"/api/v1/shop/{style}"
    while url:
        answer = ask(wire.port, get(url))
        found += msgspec.json.decode(answer.body)["data"]
        link = re.fullmatch(r'<https://gateway\.example(/[^>]*)>; rel="next"', answer.field("link") or "")
        url = link[1] if link else ""

    assert found == [*range(PAGES)]
    assert all_of(wire, f"/api/v1/shop/{style}?all=true") == {"items": found, "next": None}


def test_what_is_cut_short_says_how_to_go_on(wire: Wire) -> None:
    found, url = [], "/api/v1/shop/few?all=true"
    while url:
        answer = all_of(wire, url)
        found.append(answer["items"])
        url = (answer["next"] or "").removeprefix("https://gateway.example")

    assert found == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("name", ["broken", "slow", "endless"])
def test_pages_that_break_off_never_look_complete(wire: Wire, name: str) -> None:
    with connected(wire.port) as client:
        client.settimeout(10)
        client.sendall(get(f"/api/v1/shop/{name}?all=true"))
        with pytest.raises(ConnectionError):
            list(chunks_of(client))


def test_a_slow_reader_is_not_read_ahead_of(wire: Wire) -> None:
    with connected(wire.port, small_window=True) as client:
        client.sendall(get("/api/v1/shop/long?all=true"))
        pieces = chunks_of(client)
        next(pieces)
        assert _settled(wire) < AHEAD
        assert ask(wire.port, get("/api/v1/shop/quick")).status == 200  # between two pages no place is taken
        client.settimeout(10)
        rest = sum(map(len, pieces))

    assert rest > (LONG - 2) * MEBIBYTE
    assert _asked(wire) == LONG


def test_a_reader_that_leaves_ends_the_fetching(wire: Wire) -> None:
    with connected(wire.port) as client:
        client.sendall(get("/api/v1/shop/steady?all=true"))
        next(chunks_of(client))

    assert _settled(wire) < AHEAD


def test_a_reader_that_leaves_while_a_page_is_fetched_ends_that_call(wire: Wire) -> None:
    with connected(wire.port) as client:
        client.sendall(get("/api/v1/shop/slow?all=true"))
        eventually(lambda: _asked(wire) == 3)
    seconds_until(wire.vendor.seen[2].left.is_set, PROMPT)


def test_the_first_items_are_there_before_the_last_page_was_asked_for(wire: Wire) -> None:
    with connected(wire.port) as client:
        client.sendall(get("/api/v1/shop/slow?all=true"))
        reading = Reading(client)
        assert read_head(reading)[0] == 200
        assert next(chunks(reading)) == b'{"items":[0'


def _settled(wire: Wire) -> int:
    """How many pages were asked for, once no more are."""
    before = -1
    while before != _asked(wire):
        before = _asked(wire)
        time.sleep(0.3)
    return before


def _asked(wire: Wire) -> int:
    return sum(1 for exchange in wire.vendor.seen if exchange.target.startswith(b"/paged"))
