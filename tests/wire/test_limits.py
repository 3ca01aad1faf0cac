"""What is too large or too slow is refused while it comes, and a body that is not whole goes nowhere."""

import asyncio
import time

import pytest

from gateway.errors import RequestTimeout
from gateway.web.intake import BODY_SECONDS, Head, read_body
from gateway.web.room import Room
from tests.kit import run
from tests.wire.sockets import Reading, ask, connected, get, post, read_answer
from tests.wire.vendors import Wire
from tests.wire.world import check_well_formed

PATH = "/api/v1/crm/contacts"
LIMIT = 64 * 1024
CHUNKED = ("Content-Type: application/json", "Transfer-Encoding: chunked")


def document(size: int) -> bytes:
    return b'{"a":"' + b"x" * (size - 8) + b'"}'


def test_a_body_as_large_as_it_may_be_goes_through(wire: Wire) -> None:
    whole = document(LIMIT)
    chunked = get(PATH, *CHUNKED, method="POST") + b"%x\r\n%s\r\n0\r\n\r\n" % (LIMIT, whole)

    assert [ask(wire.port, written).status for written in (post(PATH, whole), chunked)] == [200, 200]
    assert [exchange.body for exchange in wire.vendor.seen] == [whole, whole]
    for exchange in wire.vendor.seen:
        check_well_formed(exchange)


def test_a_length_beyond_the_limit_is_refused_before_the_body_comes(wire: Wire) -> None:
    head = get(
        PATH, "Content-Type: application/json", f"Content-Length: {LIMIT + 1}", "Expect: 100-continue", method="POST"
    )
    with connected(wire.port) as client:
        client.sendall(head)
        first = client.recv(65536)

    assert first.startswith(b"HTTP/1.1 413 ")
    assert b"/problems/body-too-large" in first
    assert wire.vendor.seen == []


def test_who_expects_it_is_told_to_go_on(wire: Wire) -> None:
    head = get(PATH, "Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue", method="POST")
    with connected(wire.port) as client:
        client.sendall(head)
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert read_answer(Reading(client)).status == 200


def test_chunks_beyond_the_limit_are_refused_as_they_come(wire: Wire) -> None:
    with connected(wire.port) as client:
        client.sendall(get(PATH, *CHUNKED, method="POST"))
        for _ in range(5):
            client.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        answer = read_answer(Reading(client))

    assert (answer.status, answer.slug()) == (413, "body-too-large")
    assert wire.vendor.seen == []


def test_after_a_refused_body_the_rest_of_it_is_not_read_as_a_request(wire: Wire) -> None:
    smuggled = get("/api/v1/crm/contacts/smuggled")
    with connected(wire.port) as client:
        client.sendall(get(PATH, f"Content-Length: {LIMIT + len(smuggled)}", method="POST") + smuggled)
        reading = Reading(client)
        assert read_answer(reading).status == 413
        with pytest.raises(ConnectionError):
            read_answer(reading)
    assert wire.vendor.seen == []


@pytest.mark.parametrize(
    "part",
    [
        get(PATH, "Content-Type: application/json", "Content-Length: 9", method="POST") + b'{"a":',
        get(PATH, *CHUNKED, method="POST") + b'5\r\n{"a":\r\n',
        get(PATH, *CHUNKED, method="POST") + b"2\r\n{}\r\n",
        get(PATH, *CHUNKED, method="POST") + b"2\r\n{}\r\n0\r\n",
        get(PATH, "Content-Type: application/json", "Content-Length: 2", method="POST"),
        get(PATH).removesuffix(b"\r\n"),
    ],
)
def test_a_request_that_is_cut_short_goes_nowhere(wire: Wire, part: bytes) -> None:
    for _ in range(5):
        with connected(wire.port) as client:
            client.sendall(part)
            time.sleep(0.02)
    assert ask(wire.port, post(PATH)).status == 200
    assert len(wire.vendor.seen) == 1


def test_header_fields_beyond_the_limit_are_refused(wire: Wire) -> None:
    below = ask(wire.port, get(PATH, *(f"X-{number}: {'v' * 3000}" for number in range(20))))
    above = ask(wire.port, get(PATH, *(f"X-{number}: {'v' * 3000}" for number in range(22))))
    far_above = ask(wire.port, get(PATH, f"X-Big: {'v' * 1_000_000}"))
    many = ask(wire.port, get(PATH, *(f"X-{number}: 1" for number in range(1000))))

    assert (below.status, above.status, far_above.status, many.status) == (200, 431, 431, 431)
    assert above.slug() == "headers-too-large"
    assert len(wire.vendor.seen) == 1


def test_an_address_beyond_the_limit_is_refused(wire: Wire) -> None:
    below = ask(wire.port, get(f"{PATH}?q={'a' * 32_000}"))
    above = ask(wire.port, get(f"{PATH}?q={'a' * 33_000}"))
    far_above = ask(wire.port, get(f"{PATH}?q={'a' * 1_000_000}"))

    assert (below.status, above.status) == (200, 414)
    assert above.slug() == "uri-too-long"
    assert far_above.status in {414, 431}
    assert len(wire.vendor.seen) == 1


def test_a_query_of_very_many_fields_is_refused(wire: Wire) -> None:
    answer = ask(wire.port, get(f"{PATH}?{'&'.join(['q=1'] * 1001)}"))

    assert (answer.status, answer.slug()) == (400, "invalid-request")


def test_a_head_that_does_not_come_in_time_is_given_up_and_holds_up_nobody(wire: Wire) -> None:
    started = time.monotonic()
    with connected(wire.port) as slow, connected(wire.port) as silent:
        slow.settimeout(20)
        silent.settimeout(20)
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        silent.sendall(b"G")

        assert ask(wire.port, get(PATH)).status == 200
        assert time.monotonic() - started < 5
        for client in (slow, silent):
            assert b" 200 " not in Reading(client).rest()
    assert 9 < time.monotonic() - started < 20


@pytest.mark.parametrize("length", [None, 9])
@pytest.mark.parametrize("parts", [0, 1, 1000])
def test_a_body_that_does_not_come_in_time_is_given_up(length: int | None, parts: int) -> None:
    """Neither one that never begins, nor one of which a little comes every now and then."""

    async def body() -> float:
        left = parts

        async def receive() -> dict[str, object]:
            nonlocal left
            await asyncio.sleep(1 if left else 10_000)
            left -= 1
            return {"type": "http.request", "body": b"x", "more_body": True}

        started = asyncio.get_running_loop().time()
        with pytest.raises(RequestTimeout):
            await read_body(receive, Head((), length), 10_000, Room())
        return asyncio.get_running_loop().time() - started

    assert run(body()) == pytest.approx(BODY_SECONDS, abs=0.1)
