"""Where a request ends has one answer, that of RFC 9112, or the request is refused and its connection closed."""

import pytest

from tests.wire.sockets import conversation
from tests.wire.vendors import Wire
from tests.wire.world import check_well_formed

PLAIN = b"POST /api/v1/crm/contacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"
NEXT = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

READ_ON = {
    "a length": b"Content-Length: 2\r\n\r\n{}",
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a length with blanks around it": b"Content-Length:  \t 2 \t\r\n\r\n{}",
    "a length with zeros": b"Content-Length: 002\r\n\r\n{}",
    "chunks": b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    "chunks in capitals": b"TRANSFER-ENCODING:\tCHUNKED\r\n\r\n" + CHUNKS,
    "an underscore is another name": b"Transfer_Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
    "a chunk with an extension": b'Transfer-Encoding: chunked\r\n\r\n2;a="x\\"y"\r\n{}\r\n0;c\r\n\r\n',
    "a blank after the size": b"Transfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n",
    "a size with zeros": b"Transfer-Encoding: chunked\r\n\r\n0000000000000000002\r\n{}\r\n000\r\n\r\n",
    "trailers, which end here": b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n",
}
"""One body, `{}`, by RFC 9112; the next request on the connection is the one that follows."""

READ_AND_CLOSED = {
    "a length, then chunks": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    "chunks, then a length": b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" + CHUNKS,
    "a length that lies, then chunks": b"Content-Length: 400\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
}
"""Transfer-Encoding wins over Content-Length, and the connection is not used again (RFC 9112, 6.3)."""

LENGTHS = (b"+2", b"-1", b"0x2", b"2 2", b"2,2", b"2, 2", b"5,5", b"2.0", b"", b"\x0b2", b"\xb2", b"9" * 30, b"two")
CODINGS = (
    b"xchunked", b"chunkedx", b"identity", b"chunked, identity", b"gzip, chunked", b"identity, chunked", b"chunked;q=1",
    b"chunked, chunked", b", chunked", b"'chunked'", b'"chunked"', b"\x0bchunked", b"", b"chunked\r\n\tchunked",
    b"chunked\r\nTransfer-Encoding: chunked", b"identity\r\nTransfer-Encoding: chunked",
    b"chunked\r\nTransfer-Encoding: identity",
)  # fmt: skip
BAD_CHUNKS = (
    b"g\r\n{}\r\n0\r\n\r\n", b"\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n",
    b"0x2\r\n{}\r\n0\r\n\r\n", b" 2\r\n{}\r\n0\r\n\r\n", b"0_2\r\n{}\r\n0\r\n\r\n", b"2 2\r\n{}\r\n0\r\n\r\n",
    b"ffffffffffffffff2\r\n{}\r\n0\r\n\r\n", b"10000000000000002\r\n{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n",
    b"2\r\n{}xx0\r\n\r\n", b"2\n{}\r\n0\r\n\r\n", b"2\r\n{}\n0\r\n\r\n", b"2\n{}\n0\n\n", b"2\r{}\r\n0\r\n\r\n",
    b"2;a\nb\r\n{}\r\n0\r\n\r\n", b"2;a\rb\r\n{}\r\n0\r\n\r\n", b"2;" + b"a" * 20_000 + b"\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}\r\n0\r\nno colon\r\n\r\n", b"5\r\n{}\r\n0\r\n\r\n", b"1\r\n{}\r\n0\r\n\r\n",
)  # fmt: skip
REFUSED = {
    **{f"Content-Length {text!r}": b"Content-Length: " + text + b"\r\n\r\n{}" for text in LENGTHS},
    **{f"Transfer-Encoding {text!r}": b"Transfer-Encoding: " + text + b"\r\n\r\n" + CHUNKS for text in CODINGS},
    **{f"chunks {text[:30]!r}": b"Transfer-Encoding: chunked\r\n\r\n" + text for text in BAD_CHUNKS},
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "a blank before the colon of the length": b"Content-Length : 2\r\n\r\n{}",
    "a blank before the colon of the coding": b"Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}",
    "a folded coding": b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKS,
    "identity and a length": b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
    "no framing, but a body": b"\r\n{}",
}


@pytest.mark.parametrize("rest", READ_ON.values(), ids=READ_ON)
def test_a_body_ends_where_the_standard_says_and_the_next_request_begins_there(wire: Wire, rest: bytes) -> None:
    answers, closed = conversation(wire.port, PLAIN + rest + NEXT)

    assert [answer.status for answer in answers] == [200, 404]
    assert not closed
    _exactly_one_arrived(wire)


@pytest.mark.parametrize("rest", READ_AND_CLOSED.values(), ids=READ_AND_CLOSED)
def test_chunks_win_over_a_length_and_the_connection_ends(wire: Wire, rest: bytes) -> None:
    answers, closed = conversation(wire.port, PLAIN + rest + NEXT)

    assert [answer.status for answer in answers] == [200]
    assert closed
    _exactly_one_arrived(wire)


@pytest.mark.parametrize("rest", REFUSED.values(), ids=REFUSED)
def test_what_could_be_read_in_two_ways_is_refused_and_nothing_is_forwarded(wire: Wire, rest: bytes) -> None:
    answers, closed = conversation(wire.port, PLAIN + rest + NEXT)

    assert closed
    assert {answer.status for answer in answers} == {400}
    assert wire.vendor.seen == []


@pytest.mark.parametrize(
    "line", [b"Transfer-Encoding: chunked\r\n", b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"]
)
def test_http_1_0_knows_no_chunks(wire: Wire, line: bytes) -> None:
    answers, closed = conversation(wire.port, PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0") + line + b"\r\n" + CHUNKS + NEXT)

    assert [answer.status for answer in answers] == [400]
    assert closed
    assert wire.vendor.seen == []


def test_a_body_where_none_is_expected_is_refused_and_read_to_its_end(wire: Wire) -> None:
    start = PLAIN.replace(b"POST", b"GET")
    for rest in (b"Content-Length: 2\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS):
        answers, _ = conversation(wire.port, start + rest + NEXT)

        assert [answer.status for answer in answers] == [400, 404]
    assert wire.vendor.seen == []


def test_a_hundred_requests_at_once_get_a_hundred_answers_in_their_order(wire: Wire) -> None:
    wanted = [f"/api/v1/crm/contacts/{number}" for number in range(100)]

    answers, closed = conversation(
        wire.port, b"".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in wanted), least=100
    )

    assert [answer.status for answer in answers] == [200] * 100
    assert not closed
    for number, answer in enumerate(answers):
        assert f"/base/contacts/{number} " in answer.body.decode()


def _exactly_one_arrived(wire: Wire) -> None:
    (arrived,) = wire.vendor.seen
    check_well_formed(arrived)
    assert (arrived.line, arrived.body) == (b"POST /base/contacts HTTP/1.1", b"{}")
