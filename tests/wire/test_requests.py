"""Odd request lines and fields: refused, or read as the standard says; what goes on to the vendor is sound."""

import pytest

from tests.wire.sockets import ask, conversation, get, post
from tests.wire.vendors import Wire
from tests.wire.world import check_well_formed

PATH = "/api/v1/crm/contacts"
LINE = f"GET {PATH} HTTP/1.1\r\n".encode()
HOST = b"Host: localhost\r\n"
NEXT = get("/smuggled")

NO_HTTP = {
    "HTTP/0.9": f"GET {PATH}\r\n\r\n".encode(),
    "HTTP/0.9 with fields": f"GET {PATH}\r\n".encode() + HOST + b"\r\n",
    "HTTP/2": LINE.replace(b"1.1", b"2.0") + HOST + b"\r\n",
    "HTTP/1.2": LINE.replace(b"1.1", b"1.2") + HOST + b"\r\n",
    "HTTP/1.10": LINE.replace(b"1.1", b"1.10") + HOST + b"\r\n",
    "http/1.1": LINE.replace(b"HTTP", b"http") + HOST + b"\r\n",
    "ICAP": LINE.replace(b"HTTP", b"ICAP") + HOST + b"\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "noise": b"\xff\xfe\xfd" * 100 + b"\r\n\r\n",
    "two blanks": LINE.replace(b" ", b"  ") + HOST + b"\r\n",
    "tabs": LINE.replace(b" ", b"\t") + HOST + b"\r\n",
    "a blank before the method": b" " + LINE + HOST + b"\r\n",
    "a blank in the path": LINE.replace(b"contacts", b"contacts/a b") + HOST + b"\r\n",
    "a path that is not absolute": LINE.replace(b"/api", b"api") + HOST + b"\r\n",
    "another scheme without an authority": LINE.replace(b"/api", b"file:///api") + HOST + b"\r\n",
    "a method with an @": LINE.replace(b"GET", b"G@T") + HOST + b"\r\n",
    "a bare CR in a value": LINE + HOST + b"X-Tag: a\rX-Evil: b\r\n\r\n",
    "a bare CR at the end of a value": LINE + HOST + b"X-Tag: a\r\r\n\r\n",
    "bare CRs as line ends": (LINE + HOST + b"\r\n").replace(b"\r\n", b"\r") + b"\r\n\r\n",
    "a folded value": LINE + HOST + b"X-Tag: a\r\n b\r\n\r\n",
    "a value folded by a tab": LINE + HOST + b"X-Tag: a\r\n\tb\r\n\r\n",
    "a fold before the first field": LINE + b" Host: localhost\r\n" + HOST + b"\r\n",
    "a blank before the colon": LINE + HOST + b"X-Tag : a\r\n\r\n",
    "a tab before the colon": LINE + HOST + b"X-Tag\t: a\r\n\r\n",
    "a blank in a name": LINE + HOST + b"X Tag: a\r\n\r\n",
    "a NUL in a name": LINE + HOST + b"X\x00Tag: a\r\n\r\n",
    "a bracket in a name": LINE + HOST + b"X(Tag): a\r\n\r\n",
    "a letter beyond ASCII in a name": LINE + HOST + b"X-T\xe4g: a\r\n\r\n",
    "no name": LINE + HOST + b": a\r\n\r\n",
    "no colon": LINE + HOST + b"X-Tag\r\n\r\n",
    **{
        f"{control!r} in a value": LINE + HOST + b"X-Tag: a" + control + b"b\r\n\r\n"
        for control in (b"\x00", b"\x01", b"\x0b", b"\x1b", b"\x7f")
    },
    **{
        f"{strange!r} in the path": LINE.replace(b"contacts", b"contacts/a" + strange + b"b") + HOST + b"\r\n"
        for strange in (b"\x00", b"\x01", b"\x0b", b"\x7f", b"\xe4", b"\xc0\xae", b"<", b">", b"\r")
    },
}
"""What the parser refuses; nobody reads on after that."""

SOUND = {
    "bare LF as line ends": (LINE + HOST + b"\r\n").replace(b"\r\n", b"\n"),
    "empty lines before": b"\r\n\r\n" + LINE + HOST + b"\r\n",
    "no blank after the colon": LINE + b"Host:localhost\r\nX-Tag:a\r\n\r\n",
    "a tab in a value": LINE + HOST + b"X-Tag: a\tb\r\n\r\n",
    "a value in UTF-8": LINE + HOST + "X-Tag: é€\r\n\r\n".encode(),
    "Expect: 100-continue": post(PATH, b"{}", "Expect: 100-continue"),
    "an unknown Expect": post(PATH, b"{}", "Expect: banana"),
    "Upgrade: websocket": get(
        PATH, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + "A" * 22
    ),
    "Upgrade: h2c": get(
        PATH, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"
    ),
    "Connection that names what it may not": get(
        PATH, "Connection: authorization, host, x-tag, content-type", "Authorization: Bearer x", "X-Tag: a"
    ),
    "the words of proxies": get(
        PATH, "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
        "Forwarded: for=1.2.3.4;host=evil.example;proto=https", "Via: 1.1 evil", "X-Real-IP: 1.2.3.4",
        "X-Original-URL: /admin/config", "X-Rewrite-URL: /admin/config", "X-HTTP-Method-Override: DELETE",
    ),
    "what belongs to one hop": get(
        PATH, "TE: trailers", "Trailer: x", "Keep-Alive: timeout=5", "Proxy-Connection: close",
        "Proxy-Authorization: Basic x", "Cookie: a=b", "Authorization: Bearer x",
    ),
    "an address with its authority": LINE.replace(b"/api", b"http://localhost/api") + HOST + b"\r\n",
}  # fmt: skip


@pytest.mark.parametrize("written", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_is_refused_and_the_connection_ends(wire: Wire, written: bytes) -> None:
    answers, closed = conversation(wire.port, written + NEXT)

    assert closed
    assert [answer.status for answer in answers] in ([400], [])
    assert wire.vendor.seen == []


@pytest.mark.parametrize("written", SOUND.values(), ids=SOUND)
def test_what_is_odd_but_sound_reaches_the_vendor_once_and_clean(wire: Wire, written: bytes) -> None:
    answers, _ = conversation(wire.port, written + NEXT)

    assert [answer.status for answer in answers] == [200, 404]
    (arrived,) = wire.vendor.seen
    check_well_formed(arrived)
    assert arrived.line.split(b" ")[1:] == [b"/base/contacts", b"HTTP/1.1"]
    assert arrived.field(b"host") == [f"127.0.0.1:{wire.vendor.port}".encode()]


@pytest.mark.parametrize("value", [b"\xe4", b"\xff\xfe", b"\xc3"])
def test_a_declared_field_that_is_not_utf_8_does_not_cross(wire: Wire, value: bytes) -> None:
    answer = ask(wire.port, LINE + HOST + b"X-Tag: " + value + b"\r\n\r\n")

    assert (answer.status, answer.slug()) == (400, "invalid-request")
    assert wire.vendor.seen == []


def test_connection_takes_no_field_away_and_keeps_its_meaning_for_this_hop(wire: Wire) -> None:
    answers, closed = conversation(
        wire.port, get(PATH, "Connection: close, x-tag, x-correlation-id", "X-Tag: a", "X-Correlation-ID: mine") + NEXT
    )

    assert closed
    assert [answer.field("x-correlation-id") for answer in answers] == ["mine"]
    (arrived,) = wire.vendor.seen
    assert arrived.field(b"x-tag") == [b"a"]


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        b"Host:\r\n",
        b"Host: a b\r\n",
        b"Host: localhost,evil.example\r\n",
        b"Host: localhost@evil.example\r\n",
        b"Host: localhost/..\r\n",
        b"Host: localhost:8000:1\r\n",
        b"Host: localhost:port\r\n",
        b"Host: [::1\r\n",
        b"Host: l\xc3\xb6calhost\r\n",
        HOST + HOST,
        HOST + b"Host: evil.example\r\n",
        b"Host: evil.example\r\n" + HOST,
    ],
)
def test_a_request_without_exactly_one_sound_host_is_refused(wire: Wire, lines: bytes) -> None:
    answer = ask(wire.port, LINE + lines + b"\r\n")

    assert (answer.status, answer.slug()) == (400, "invalid-request")
    assert wire.vendor.seen == []


def test_http_1_0_needs_a_host_too(wire: Wire) -> None:
    assert ask(wire.port, LINE.replace(b"1.1", b"1.0") + b"\r\n").status == 400
    assert ask(wire.port, LINE.replace(b"1.1", b"1.0") + HOST + b"\r\n").status == 200


def test_an_authority_in_the_address_is_never_where_a_request_goes(wire: Wire) -> None:
    answer = ask(wire.port, LINE.replace(b"/api", b"http://evil.example:81/api") + HOST + b"\r\n")
    alone = ask(wire.port, LINE.replace(b"/api", b"http://evil.example:81/api") + b"\r\n")

    assert (answer.status, alone.status) == (200, 421)
    assert b"evil" not in wire.vendor.seen[0].head


@pytest.mark.parametrize(
    "path", ["//evil.example/contacts", "http://localhost", "/api/v1//crm/contacts", "/API/V1/crm"]
)
def test_an_address_that_nobody_declared_is_not_there(wire: Wire, path: str) -> None:
    assert ask(wire.port, get(path)).slug() == "no-such-endpoint"


@pytest.mark.parametrize("method", ["get", "GETT", "A" * 10_000, "!#$%&'*+-.^_`|~", "TRACE", "PROPFIND", "PATCH"])
def test_a_method_that_nobody_declared_is_405_with_those_that_are_there(wire: Wire, method: str) -> None:
    answer = ask(wire.port, get(PATH, method=method))

    assert (answer.status, answer.slug()) == (405, "method-not-allowed")
    assert answer.field("allow") == "GET, HEAD, OPTIONS, POST"
    assert wire.vendor.seen == []


def test_nobody_gets_a_tunnel(wire: Wire) -> None:
    tunnel = ask(wire.port, get("localhost:443", method="CONNECT"))
    at_a_path = ask(wire.port, get(PATH, method="CONNECT"))

    assert (tunnel.status, tunnel.field("allow")) == (405, "OPTIONS")
    assert (at_a_path.status, at_a_path.field("allow")) == (405, "GET, HEAD, OPTIONS, POST")


def test_options_says_what_may_be_asked(wire: Wire) -> None:
    for path, allow in (
        (PATH, "GET, HEAD, OPTIONS, POST"),
        (f"{PATH}/1", "DELETE, GET, HEAD, OPTIONS"),
        ("*", "OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ):
        answer = ask(wire.port, get(path, method="OPTIONS"))
        assert (answer.status, answer.field("allow")) == (204, allow), path
    assert wire.vendor.seen == []
