"""The terminal handler: a Call becomes a request, an answer becomes a Reply, and nothing crosses that must not."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from gateway.contract import Call, Headers, Reply, Trace, Trail
from gateway.declared import Operation
from gateway.errors import GatewayError, InvalidRequest, ResponseTooLarge, UpstreamReset
from gateway.tracing.telling import where
from gateway.upstream import Outgoing, sender
from gateway.upstream.send import Streamed
from tests.kit import call, clock, operation, run


class Canned:
    """An answer that is known beforehand."""

    def __init__(self, status: int = 200, headers: Headers = (), *pieces: bytes | GatewayError) -> None:
        self.status = status
        self.headers = headers
        self.closed = 0
        self.reused = False
        self._pieces = pieces

    async def read(self, limit: int) -> bytes:
        body = b"".join([piece async for piece in self.chunks()])
        if len(body) > limit:
            raise ResponseTooLarge
        return body

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        for piece in self._pieces:
            if isinstance(piece, GatewayError):
                raise piece
            yield piece

    async def close(self) -> None:
        self.closed += 1


class Recording:
    """An engine that writes down what it is asked, and gives the same answer, or the same failure."""

    def __init__(self, answer: Canned | BaseException) -> None:
        self.asked: list[Outgoing] = []
        self._answer = answer

    async def open(self, request: Outgoing) -> Canned:
        self.asked.append(request)
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer

    async def close(self) -> None: ...


def sending(asked: Call, answer: Canned | BaseException, at: Operation | None = None) -> tuple[Reply, Outgoing]:
    engine = Recording(answer)
    return send(engine, asked, at), engine.asked[0]


def send(engine: Recording, asked: Call, at: Operation | None = None) -> Reply:
    async def main() -> Reply:
        return await sender(at or operation(), engine)(asked)

    return run(main())


def trail(asked: Call) -> list[tuple[str, dict[str, object]]]:
    return [(event.name, dict(event.detail)) for event in asked.trail.events]


def test_the_target_is_appended_to_the_base_url() -> None:
    asked = call(method="PATCH", target="/contacts/a%2Fb?q=%7E", headers=((b"accept", b"*/*"),), body=b"{}")
    _, outgoing = sending(asked, Canned(), operation(base_url="https://crm.example/v1/"))
    assert outgoing == Outgoing(
        method="PATCH",
        url="https://crm.example/v1/contacts/a%2Fb?q=%7E",
        headers=((b"accept", b"*/*"),),
        body=b"{}",
        connect_timeout=5.0,
    )


def test_a_target_that_leads_elsewhere_is_not_sent() -> None:
    engine = Recording(Canned())
    with pytest.raises(InvalidRequest):
        send(engine, call(target="/%2e%2e/secret"))
    assert engine.asked == []


def test_the_answer_is_the_vendors() -> None:
    reply, _ = sending(call(target="/"), Canned(404, ((b"etag", b'"1"'),), b"no", b"ne"))
    assert reply == Reply(404, ((b"etag", b'"1"'),), b"none")


@pytest.mark.parametrize("value", [b"a\r\nb: c", b"a\nb", b"a\rb", b"a\x00b", b"\x7f", b"\xff"])
def test_a_field_with_a_value_that_is_no_line_of_text_is_refused(value: bytes) -> None:
    engine = Recording(Canned())
    with pytest.raises(InvalidRequest):
        send(engine, call(target="/", headers=((b"x-a", value),)))
    assert engine.asked == []


def test_fields_of_the_callers_connection_do_not_reach_the_vendor() -> None:
    headers = (
        (b"connection", b"authorization"),
        (b"authorization", b"Bearer 1"),
        (b"host", b"elsewhere.example"),
        (b"content-length", b"7"),
        (b"transfer-encoding", b"chunked"),
        (b"te", b"trailers"),
        (b"upgrade", b"websocket"),
        (b"proxy-authorization", b"Basic 1"),
        (b"expect", b"100-continue"),
    )
    _, outgoing = sending(call(target="/", headers=headers), Canned())
    assert outgoing.headers == ((b"authorization", b"Bearer 1"),)


def test_fields_of_the_vendors_connection_do_not_reach_the_caller() -> None:
    headers = (
        (b"connection", b"close, X-Hop"),
        (b"x-hop", b"1"),
        (b"keep-alive", b"timeout=5"),
        (b"transfer-encoding", b"chunked"),
        (b"content-length", b"2"),
        (b"trailer", b"x-sum"),
        (b"upgrade", b"h2c"),
        (b"proxy-authenticate", b"Basic"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
    )
    reply, _ = sending(call(target="/"), Canned(200, headers, b"ok"))
    assert reply.headers == ((b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))


def test_an_attempt_is_noted_when_it_is_sent_and_when_it_is_answered() -> None:
    asked = call(target="/", attempt=2)
    sending(asked, Canned(503))
    assert trail(asked) == [
        ("attempt.sent", {"method": "GET", "attempt": 2}),
        ("attempt.answered", {"status": 503, "attempt": 2, "reused": False}),
    ]


def test_an_attempt_in_a_trace_is_told_to_the_vendor_by_the_id_that_is_noted() -> None:
    trace = Trace(10, 11, 0, b"a=1", sampled=True)
    headers = ((b"traceparent", b"the caller's"), (b"accept", b"*/*"))
    asked = call(headers=headers, target="/", trail=Trail(clock, trace))
    _, outgoing = sending(asked, Canned())
    noted = trail(asked)[0][1]

    parent = b"00-%032x-%016x-01" % (10, where(noted, "span"))
    assert outgoing.headers == ((b"accept", b"*/*"), (b"traceparent", parent), (b"tracestate", b"a=1"))


def test_without_a_trace_the_callers_own_passes() -> None:
    headers = ((b"traceparent", b"the caller's"), (b"accept", b"*/*"))
    asked = call(headers=headers, target="/")
    _, outgoing = sending(asked, Canned())

    assert outgoing.headers == headers
    assert "span" not in trail(asked)[0][1]


def test_an_attempt_that_failed_is_noted_with_its_reason() -> None:
    asked = call(target="/")
    with pytest.raises(UpstreamReset):
        sending(asked, UpstreamReset())
    assert trail(asked)[1] == ("attempt.failed", {"failure": "reset", "slug": "upstream-error", "attempt": 1})


def test_an_attempt_whose_body_breaks_off_has_failed() -> None:
    asked = call(target="/")
    with pytest.raises(UpstreamReset):
        sending(asked, Canned(200, (), b"half", UpstreamReset()))
    assert [name for name, _ in trail(asked)] == ["attempt.sent", "attempt.failed"]


def test_an_attempt_that_is_cancelled_is_noted_and_stays_cancelled() -> None:
    asked = call(target="/")
    with pytest.raises(asyncio.CancelledError):
        sending(asked, asyncio.CancelledError())
    assert trail(asked)[1] == ("attempt.failed", {"failure": None, "slug": "cancelled", "attempt": 1})


def test_an_answer_beyond_the_operations_limit_is_refused() -> None:
    with pytest.raises(ResponseTooLarge):
        sending(call(target="/"), Canned(200, (), b"12345"), operation(response_limit=4))


def test_a_streamed_answer_is_handed_on_in_chunks() -> None:
    answer = Canned(200, (), b"one", b"two")

    async def main() -> None:
        reply = await sender(operation(stream=True), Recording(answer))(call(target="/"))
        assert isinstance(reply.body, Streamed)
        assert [chunk async for chunk in reply.body] == [b"one", b"two"]
        await reply.body.aclose()

    run(main())
    assert answer.closed == 1


def test_a_streamed_answer_that_nobody_reads_is_closed() -> None:
    answer = Canned(200, (), b"one")

    async def main() -> None:
        reply = await sender(operation(stream=True), Recording(answer))(call(target="/"))
        assert isinstance(reply.body, Streamed)
        await reply.body.aclose()

    run(main())
    assert answer.closed == 1
