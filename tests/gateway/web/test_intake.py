"""A request is refused at the door for what makes it ambiguous, foreign or too large."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import Headers
from gateway.errors import (
    BodyTooLarge,
    ForeignOrigin,
    GatewayError,
    HeadersTooLarge,
    InvalidRequest,
    MisdirectedRequest,
    UriTooLong,
)
from gateway.web.intake import Door, Head, admit, correlation_of, parse_query, read_body
from gateway.web.room import Room
from tests.kit import operation, run

DOOR = Door(body_limit=100, origins=frozenset({b"https://app.example"}))


def enter(*headers: tuple[bytes, bytes], method: str = "GET", path: bytes = b"/", host: bytes = b"localhost") -> Head:
    scope = {"method": method, "raw_path": path, "query_string": b""}
    return admit(scope, ((b"host", host), *headers) if host else headers, DOOR)


@pytest.mark.parametrize("host", [b"localhost", b"LOCALHOST:8000", b"127.0.0.1:8000", b"[::1]:8000", b"[::1]"])
def test_this_machine_may_ask(host: bytes) -> None:
    assert enter(host=host).length == 0


@pytest.mark.parametrize("host", [b"evil.example", b"localhost.evil.example", b"127.0.0.2", b"10.0.0.1:8000"])
def test_another_host_is_misdirected_while_there_are_no_keys(host: bytes) -> None:
    with pytest.raises(MisdirectedRequest):
        enter(host=host)


@pytest.mark.parametrize(
    "headers", [(), ((b"host", b""),), ((b"host", b"a b"),), ((b"host", b"localhost"), (b"host", b"localhost"))]
)
def test_a_request_has_exactly_one_host(headers: Headers) -> None:
    with pytest.raises(InvalidRequest):
        enter(*headers, host=b"")


@pytest.mark.parametrize(
    "headers",
    [
        ((b"origin", b"https://evil.example"),),
        ((b"origin", b"null"),),
        ((b"origin", b"http://localhost:9999"),),
    ],
)
def test_a_foreign_page_may_not_write(headers: Headers) -> None:
    with pytest.raises(ForeignOrigin):
        enter(*headers, method="POST")
    assert enter(*headers, method="GET").length == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_page_of_another_site_may_not_even_ask(method: str) -> None:
    with pytest.raises(ForeignOrigin):
        enter((b"sec-fetch-site", b"cross-site"), method=method)
    assert enter((b"sec-fetch-site", b"cross-site"), method="OPTIONS").length == 0


def test_where_a_page_of_another_site_leads_is_looked_at_again() -> None:
    led = enter((b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"), method="GET")

    led.check_goal(operation(base_url=""))
    with pytest.raises(ForeignOrigin):
        led.check_goal(operation())
    enter(method="GET").check_goal(operation())


@pytest.mark.parametrize("origin", [b"https://app.example", b"http://localhost"])
def test_a_listed_origin_and_our_own_may_write(origin: bytes) -> None:
    assert enter((b"origin", origin), method="POST").length == 0


@pytest.mark.parametrize(
    ("refusal", "headers", "path"),
    [
        (HeadersTooLarge, ((b"x", b"y" * 70_000),), b"/"),
        (UriTooLong, (), b"/" + b"a" * 33_000),
        (BodyTooLarge, ((b"content-length", b"101"),), b"/"),
        (InvalidRequest, ((b"content-length", b"-1"),), b"/"),
        (InvalidRequest, ((b"content-length", "²".encode("latin-1")),), b"/"),
    ],
)
def test_too_much_is_refused_before_it_is_read(refusal: type[GatewayError], headers: Headers, path: bytes) -> None:
    with pytest.raises(refusal):
        enter(*headers, path=path)


def body_of(*messages: dict[str, Any], limit: int = 100) -> bytes:
    pending = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(pending)

    return run(read_body(receive, Head((), None), limit, Room()))


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_in_parts_is_put_together() -> None:
    assert body_of(part(b"ab"), part(b""), part(b"c", more=False)) == b"abc"


def test_a_chunked_body_counts_as_it_arrives() -> None:
    with pytest.raises(BodyTooLarge):
        body_of(*(part(b"x" * 60) for _ in range(9)))


def test_a_body_that_ends_by_a_disconnect_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        body_of(part(b"ab"), {"type": "http.disconnect"})
    with pytest.raises(InvalidRequest):
        body_of({"type": "http.disconnect"})


@given(st.binary(max_size=200))
def test_a_correlation_id_is_always_fit_for_a_log_line(given_id: bytes) -> None:
    chosen = correlation_of(((b"x-correlation-id", given_id),))

    assert chosen.isascii()
    assert 1 <= len(chosen) <= 128
    assert not set(chosen) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def test_a_good_correlation_id_is_kept_and_two_are_not() -> None:
    assert correlation_of(((b"x-correlation-id", b"order-7"),)) == "order-7"
    assert correlation_of(((b"x-correlation-id", b"a"), (b"x-correlation-id", b"b"))) not in {"a", "b"}
    assert correlation_of(()) != correlation_of(())


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", ()),
        (b"a=1&b=2", (("a", "1"), ("b", "2"))),
        (b"a=1+2%2B&a=", (("a", "1 2+"), ("a", ""))),
        (b"a&&=b", (("a", ""), ("", "b"))),
        (b"%C3%A9=%E2%82%AC", (("é", "€"),)),
    ],
)
def test_a_query_is_read_as_forms_write_it(raw: bytes, pairs: tuple[tuple[str, str], ...]) -> None:
    assert parse_query(raw) == pairs


@pytest.mark.parametrize("raw", [b"a=%ff", b"\xff=1", b"&".join([b"a=1"] * 1001)])
def test_a_query_that_cannot_be_read_is_the_callers_fault(raw: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse_query(raw)
