"""Clients that leave: what nobody waits for ends at the vendor too, a write that was sent runs on, nothing is left."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.running import eventually
from tests.wire.sockets import ask, connected, get, post, seconds_until
from tests.wire.vendors import Wire

PROMPT = 0.5 * 5
"""Seconds in which the vendor must hear of a client that left: five times what is promised."""
AT_ONCE = struct.pack("ii", 1, 0)


@contextmanager
def waiting(wire: Wire, count: int, written: bytes) -> Iterator[list[socket.socket]]:
    """So many clients whose requests the vendor has, and does not answer."""
    before = len(wire.vendor.seen)
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(wire.port)) for _ in range(count)]
        for client in clients:
            client.sendall(written)
        eventually(lambda: len(wire.vendor.seen) == before + count)
        yield clients


def leave(client: socket.socket, how: str) -> None:
    if how == "a reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    client.close()


@pytest.mark.parametrize("how", ["a goodbye", "a reset"])
def test_two_hundred_clients_that_leave_end_two_hundred_calls_and_leave_nothing_behind(wire: Wire, how: str) -> None:
    for turn in (1, 2):  # the second time every place has to be free again
        with waiting(wire, 200, get("/api/v1/slow/wait")) as clients:
            assert not any(exchange.left.is_set() for exchange in wire.vendor.seen[-200:])
            for client in clients:
                leave(client, how)
            took = seconds_until(lambda: all(exchange.left.is_set() for exchange in wire.vendor.seen))
            assert took < PROMPT
        assert len(wire.vendor.seen) == 200 * turn

    started = time.monotonic()
    assert ask(wire.port, get("/api/v1/slow/quick")).status == 200
    assert (
        time.monotonic() - started < 0.1 * 50
    )  # promised is a tenth of a second, on a machine with nothing else to do


def test_one_that_leaves_gives_its_place_to_the_next(wire: Wire) -> None:
    with waiting(wire, 1, get("/api/v1/narrow/wait")) as (first,):
        assert ask(wire.port, get("/api/v1/narrow/quick")).slug() == "temporary-reduced-capacity"
        first.close()
        seconds_until(lambda: ask(wire.port, get("/api/v1/narrow/quick")).status == 200, PROMPT)


def test_one_that_leaves_the_queue_is_never_served(wire: Wire) -> None:
    with waiting(wire, 1, post("/api/v1/queued/write")), connected(wire.port) as queued:
        queued.sendall(post("/api/v1/queued/write", b'{"mine":1}'))
        time.sleep(0.3)
        queued.close()
        time.sleep(0.3)
        wire.open_gate()
        assert ask(wire.port, post("/api/v1/queued/write", b'{"other":1}')).status == 200

    assert [exchange.body for exchange in wire.vendor.seen] == [b"{}", b'{"other":1}']


def test_a_write_that_was_sent_runs_on_to_its_end(wire: Wire) -> None:
    with waiting(wire, 20, post("/api/v1/slow/write")) as clients:
        for client in clients:
            client.close()
        time.sleep(PROMPT / 2)
        assert not any(exchange.left.is_set() for exchange in wire.vendor.seen)
        connections = wire.vendor.connections
        wire.open_gate()
        eventually(lambda: all(exchange.left.is_set() for exchange in wire.vendor.seen))

    assert all(exchange.body == b"{}" and not exchange.writer.is_closing() for exchange in wire.vendor.seen)
    assert ask(wire.port, get("/api/v1/slow/quick")).status == 200
    assert wire.vendor.connections == connections


def test_one_that_leaves_before_its_request_is_whole_is_no_call(wire: Wire) -> None:
    for part in (get("/api/v1/slow/wait")[:-2], post("/api/v1/slow/write", b'{"a":1}')[:-1]):
        for how in ("a goodbye", "a reset"):
            with connected(wire.port) as client:
                client.sendall(part)
                leave(client, how)
    assert ask(wire.port, get("/api/v1/slow/quick")).status == 200
    assert len(wire.vendor.seen) == 1


def test_one_that_asks_for_more_while_it_waits_has_not_left(wire: Wire) -> None:
    with waiting(wire, 1, post("/api/v1/slow/write")) as (client,):
        client.sendall(get("/livez"))
        time.sleep(0.3)
        assert not wire.vendor.seen[0].left.is_set()
        wire.open_gate()
        client.settimeout(5)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_the_one_behind_in_a_pipeline_is_answered_when_the_first_is(wire: Wire) -> None:
    with waiting(wire, 1, get("/api/v1/slow/read") + get("/api/v1/slow/quick")) as (client,):
        time.sleep(0.3)
        wire.open_gate()
        eventually(lambda: len(wire.vendor.seen) == 2)
        text = b""
        while text.count(b"HTTP/1.1 200 ") < 2:
            text += client.recv(65536)
