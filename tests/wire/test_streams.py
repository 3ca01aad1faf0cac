"""Streams pass as they come, both ways, at the pace of the slower side, and end when either side leaves."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.cases import CASES as FAULTS
from tests.faults.cases import CHUNKED
from tests.faults.server import Exchange
from tests.running import eventually
from tests.wire.sockets import Reading, ask, chunks, connected, get, read_answer, read_head, seconds_until
from tests.wire.test_leaving import PROMPT
from tests.wire.vendors import Wire, wire

CONFIG = """
version: 1
server: {body_limit: 100MiB, response_limit: 1MiB}
defaults:
  timeout: {connect: 2s, attempt: 8s, total: 10s, idle: 5s}
integrations:
  feed:
    base_url: VENDOR
    bulkhead: {concurrent: 1}
    endpoints:
      paced: {route: GET /paced, stream: true}
      drip: {route: GET /drip, stream: true}
      started: {route: GET /started, stream: true}
      talk: {route: POST /talk, upstream: POST /started, stream: true}
      flood: {route: GET /flood, stream: true}
      broken: {route: GET /broken, upstream: GET /half-chunk, stream: true}
      short: {route: GET /short, upstream: GET /partial, stream: true}
      quick: {route: GET /quick, upstream: GET /echo}
      take: {route: POST /take, stream: true}
      late: {route: POST /late, upstream: POST /reluctant, stream: true}
      early: {route: POST /early, upstream: POST /early-answer, stream: true}
"""
MEBIBYTE = 1024 * 1024
BUFFERED = 24 * MEBIBYTE
"""What sockets and libraries on the way may hold between them; much less than what is sent."""


async def paced(exchange: Exchange) -> None:
    """One chunk at once, another when the test says so."""
    await exchange.write(CHUNKED + b"3\r\none\r\n")
    await exchange.vendor.gate.wait()
    await exchange.write(b"3\r\ntwo\r\n0\r\n\r\n")


async def take(exchange: Exchange) -> None:
    """Remembers each chunk as it comes; answers when all have come."""
    while size := int(await exchange.reader.readuntil(b"\r\n"), 16):
        exchange.body += (await exchange.reader.readexactly(size + 2))[:-2]
    await exchange.reader.readexactly(2)
    await exchange.answer(b"taken")


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wire(tmp_path_factory.mktemp("streams"), CONFIG, {**FAULTS, "paced": paced, "take": take}) as found:
        yield found


@pytest.fixture(name="wire")
def fresh(feed: Wire) -> Iterator[Wire]:
    """Each test leaves nothing behind: the only place of the bulkhead is free again."""
    feed.vendor.seen.clear()
    feed.vendor.written = 0
    feed.shut_gate()
    yield feed
    eventually(lambda: ask(feed.port, get("/api/v1/feed/quick")).status == 200, PROMPT)


def begin_upload(client: socket.socket, name: str) -> None:
    client.sendall(get(f"/api/v1/feed/{name}", "Transfer-Encoding: chunked", method="POST"))


def test_a_chunk_is_there_before_the_vendor_has_the_next(wire: Wire) -> None:
    with connected(wire.port) as client:
        client.sendall(get("/api/v1/feed/paced"))
        reading = Reading(client)
        status, fields = read_head(reading)
        pieces = chunks(reading)
        assert (status, next(pieces)) == (200, b"one")
        assert "x-correlation-id" in dict(fields)
        wire.open_gate()
        assert list(pieces) == [b"two"]


def test_a_stream_holds_its_place_until_it_ends(wire: Wire) -> None:
    with connected(wire.port) as client:
        client.sendall(get("/api/v1/feed/paced"))
        next(chunks_of(client))
        assert ask(wire.port, get("/api/v1/feed/quick")).status == 503
        wire.open_gate()


def test_a_slow_reader_slows_the_vendor_down(wire: Wire) -> None:
    with connected(wire.port, small_window=True) as client:
        client.sendall(get("/api/v1/feed/flood"))
        pieces = chunks_of(client)
        next(pieces)
        assert _settled(wire) < BUFFERED
        client.settimeout(10)
        size = sum(map(len, pieces))

    assert size > 60 * MEBIBYTE


def test_a_reader_that_leaves_ends_the_stream_at_the_vendor(wire: Wire) -> None:
    for method, name in (("GET", "drip"), ("GET", "flood"), ("GET", "started"), ("POST", "talk")):
        with connected(wire.port, small_window=True) as client:
            client.sendall(get(f"/api/v1/feed/{name}", method=method))
            next(chunks_of(client))
        seconds_until(wire.vendor.seen[-1].left.is_set, PROMPT)
        seconds_until(lambda: ask(wire.port, get("/api/v1/feed/quick")).status == 200, PROMPT)


@pytest.mark.parametrize("name", ["broken", "short"])
def test_a_stream_that_breaks_off_never_looks_complete(wire: Wire, name: str) -> None:
    with connected(wire.port) as client:
        client.sendall(get(f"/api/v1/feed/{name}"))
        pieces = chunks_of(client)
        with pytest.raises(ConnectionError):
            list(pieces)


def test_an_upload_reaches_the_vendor_while_it_is_being_sent(wire: Wire) -> None:
    with connected(wire.port) as client:
        begin_upload(client, "take")
        for count, piece in enumerate((b"one", b"two", b"three"), 1):
            client.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            eventually(
                lambda so_far=count: wire.vendor.seen and len(wire.vendor.seen[0].body) == (3, 6, 11)[so_far - 1]
            )
        client.sendall(b"0\r\n\r\n")
        answer = read_answer(Reading(client))

    assert (answer.status, answer.body) == (200, b"taken")
    assert wire.vendor.seen[0].body == b"onetwothree"


def test_a_vendor_that_does_not_read_slows_the_sender_down(wire: Wire) -> None:
    with connected(wire.port) as client:
        begin_upload(client, "late")
        client.settimeout(1)
        assert _pushed(client) < BUFFERED
    wire.open_gate()


def test_a_long_upload_arrives_whole(wire: Wire) -> None:
    wire.open_gate()
    with connected(wire.port) as client:
        begin_upload(client, "late")
        for _ in range(32):
            client.sendall(b"100000\r\n" + bytes(MEBIBYTE) + b"\r\n")
        client.sendall(b"0\r\n\r\n")
        answer = read_answer(Reading(client))

    assert (answer.status, answer.body) == (200, b"%d" % (32 * MEBIBYTE))


@pytest.mark.parametrize("broken", [b"", b"banana\r\n", b"5\r\nab"])
def test_a_sender_that_leaves_in_the_middle_never_looks_complete(wire: Wire, broken: bytes) -> None:
    with connected(wire.port) as client:
        begin_upload(client, "take")
        client.sendall(b"3\r\none\r\n")
        eventually(lambda: wire.vendor.seen and wire.vendor.seen[0].body == b"one")
        client.sendall(broken)
    seconds_until(wire.vendor.seen[0].left.is_set, PROMPT)

    assert wire.vendor.seen[0].writer.is_closing()  # who sends all of it keeps the connection


def test_an_upload_beyond_the_limit_is_refused_in_the_middle(wire: Wire) -> None:
    wire.open_gate()
    with connected(wire.port) as client:
        begin_upload(client, "late")
        for _ in range(101):
            client.sendall(b"100000\r\n" + bytes(MEBIBYTE) + b"\r\n")
        answer = read_answer(Reading(client))

    assert (answer.status, answer.slug()) == (413, "body-too-large")


def test_a_vendor_that_answers_before_it_has_read_is_heard(wire: Wire) -> None:
    with connected(wire.port) as client:
        begin_upload(client, "early")
        client.sendall(b"3\r\none\r\n")
        assert read_answer(Reading(client)).status == 413


def chunks_of(client: socket.socket) -> Iterator[bytes]:
    reading = Reading(client)
    assert read_head(reading)[0] == 200
    return chunks(reading)


def _pushed(client: socket.socket) -> int:
    """How much can be sent until nobody takes any more for a second."""
    for count in range(64):
        try:
            client.sendall(b"100000\r\n" + bytes(MEBIBYTE) + b"\r\n")
        except TimeoutError:
            return count * MEBIBYTE
    return 64 * MEBIBYTE


def _settled(wire: Wire) -> int:
    """How much the vendor could write, once it writes no more."""
    before = -1
    while before != wire.vendor.written:
        before = wire.vendor.written
        time.sleep(0.3)
    return before
