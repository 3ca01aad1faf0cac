"""Who is let in, who may read the answer, and what every answer says beside its body."""

import pytest

from tests.wire.sockets import Answer, Reading, ask, connected, get, post, read_answer
from tests.wire.vendors import Wire
from tests.wire.world import LONG

PATH = "/api/v1/crm/contacts"
APP = "https://app.example"
EVIL = "https://evil.example"
OURS = ["/livez", "/readyz", "/health", "/openapi.json", "/docs", "/docs/docs.js", "/problems/invalid-request"]
PAGES = ["/docs", "/docs/docs.js", "/problems/invalid-request"]
OF_ITS_OWN = {"set-cookie", "x-vendor", "access-control-allow-origin", "strict-transport-security", "alt-svc"}
VARYING = {"date", "x-correlation-id", "server-timing", "age", "cache-status"}


@pytest.mark.parametrize("host", ["localhost", "LocalHost:1", "127.0.0.1", "[::1]", "[::1]:8000"])
def test_this_machine_is_let_in_by_its_names(wire: Wire, host: str) -> None:
    assert ask(wire.port, get(PATH, host=host)).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "localhost.", "0.0.0.0", "[::]"],
)
@pytest.mark.parametrize("path", [PATH, "/health", "/docs", "/nothing", "/native/crm/a"])
def test_a_name_that_is_not_this_machines_is_misdirected(wire: Wire, host: str, path: str) -> None:
    answer = ask(wire.port, get(path, host=host))

    assert (answer.status, answer.slug()) == (421, "misdirected-request")
    assert answer.field("allow") is None
    assert wire.vendor.seen == []


@pytest.mark.parametrize(
    "line",
    [
        f"Origin: {EVIL}",
        "Origin: null",
        "Origin: http://localhost:1",
        "Origin: https://app.example.evil.example",
        "Origin: https://APP.example",
        "Origin: localhost",
        "Sec-Fetch-Site: cross-site",
    ],
)
def test_a_page_that_is_not_listed_may_not_write(wire: Wire, line: str) -> None:
    for written in (
        post(PATH, b"{}", line),
        get(f"{PATH}/1", line, method="DELETE"),
        post("/native/crm/a", b"{}", line),
    ):
        answer = ask(wire.port, written)
        assert (answer.status, answer.slug()) == (403, "foreign-origin")
    assert wire.vendor.seen == []


CROSS = "Sec-Fetch-Site: cross-site"
LED = (CROSS, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/1", "/native/crm/a", "/health", "/openapi.json"])
@pytest.mark.parametrize("lines", [(CROSS,), (CROSS, "Sec-Fetch-Mode: no-cors"), (CROSS, f"Origin: {EVIL}")])
def test_nor_may_it_ask(wire: Wire, path: str, lines: tuple[str, ...]) -> None:
    for method in ("GET", "HEAD"):
        assert ask(wire.port, get(path, *lines, method=method), head=method == "HEAD").status == 403
    assert ask(wire.port, get(path, *lines)).slug() == "foreign-origin"
    assert wire.vendor.seen == []


def test_it_may_lead_to_pages_and_to_nothing_that_asks_a_vendor(wire: Wire) -> None:
    assert {ask(wire.port, get(path, *LED)).status for path in PAGES} == {200}
    for path in (PATH, "/native/crm/a"):
        assert ask(wire.port, get(path, *LED)).slug() == "foreign-origin"
        assert ask(wire.port, post(path, b"{}", *LED)).slug() == "foreign-origin"
    assert wire.vendor.seen == []


@pytest.mark.parametrize(
    "lines", [(CROSS, f"Origin: {APP}"), ("Sec-Fetch-Site: same-origin",), ("Sec-Fetch-Site: none", *LED[1:])]
)
def test_listed_pages_and_the_address_bar_may_ask(wire: Wire, lines: tuple[str, ...]) -> None:
    assert ask(wire.port, get(PATH, *lines)).status == 200


@pytest.mark.parametrize("origins", [(APP, EVIL), (EVIL, APP), (APP, APP)])
def test_a_page_has_one_origin(wire: Wire, origins: tuple[str, str]) -> None:
    assert ask(wire.port, post(PATH, b"{}", *(f"Origin: {origin}" for origin in origins))).status == 400
    assert wire.vendor.seen == []


@pytest.mark.parametrize("lines", [(), ("Origin: http://localhost",), (f"Origin: {APP}", "Sec-Fetch-Site: cross-site")])
def test_programs_our_own_pages_and_those_listed_may_write(wire: Wire, lines: tuple[str, ...]) -> None:
    assert ask(wire.port, post(PATH, b"{}", *lines)).status == 200


def test_a_listed_page_may_read_every_answer(wire: Wire) -> None:
    for path, status in ((PATH, 200), (f"{PATH}?nope=1", 400), ("/native/crm/a", 200)):
        answer = ask(wire.port, get(path, f"Origin: {APP}"))
        assert (answer.status, answer.field("access-control-allow-origin")) == (status, APP)
        assert "Origin" in (answer.field("vary") or "")
        assert "x-correlation-id" in (answer.field("access-control-expose-headers") or "")
        assert answer.field("access-control-allow-credentials") is None


def test_a_page_that_is_not_listed_may_read_nothing(wire: Wire) -> None:
    for origin in (EVIL, "null", "https://app.example.evil.example", "https://app.example:444", "*"):
        for written in (get(PATH, f"Origin: {origin}"), _preflight(origin, PATH)):
            answer = ask(wire.port, written)
            assert not [name for name, _ in answer.fields if name.startswith("access-control-")]
            assert "Origin" in (answer.field("vary") or "")


def test_a_compressed_answer_varies_by_origin_too(wire: Wire) -> None:
    answer = ask(wire.port, get("/api/v1/crm/long", f"Origin: {APP}", "Accept-Encoding: gzip"))

    assert {part.strip().lower() for part in (answer.field("vary") or "").split(",")} == {"origin", "accept-encoding"}


def test_a_listed_page_is_told_beforehand_what_it_may_send(wire: Wire) -> None:
    answer = ask(wire.port, _preflight(APP, PATH))

    assert answer.status == 204
    assert answer.field("access-control-allow-origin") == APP
    assert answer.field("access-control-allow-methods") == "GET, HEAD, OPTIONS, POST"
    assert answer.field("access-control-allow-headers") == "content-type,x-correlation-id"
    assert int(answer.field("access-control-max-age") or 0) > 0
    assert wire.vendor.seen == []


def _preflight(origin: str, path: str) -> bytes:
    asked = ("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,x-correlation-id")
    return get(path, f"Origin: {origin}", *asked, "Sec-Fetch-Site: cross-site", method="OPTIONS")


@pytest.mark.parametrize("path", [PATH, "/api/v1/crm/long", "/native/crm/a", "/api/v1/crm/picture", *OURS])
def test_head_is_get_without_a_body(wire: Wire, path: str) -> None:
    whole, head = ask(wire.port, get(path)), ask(wire.port, get(path, method="HEAD"), head=True)

    assert head.status == whole.status == 200
    assert _lasting(head) == _lasting(whole)


def _lasting(answer: Answer) -> list[tuple[str, str]]:
    return sorted(field for field in answer.fields if field[0] not in VARYING)


@pytest.mark.parametrize("path", ["/api/v1/crm/long", "/nothing", "/openapi.json", "/api/v1/crm/long?nope"])
def test_head_is_followed_by_the_next_answer_at_once(wire: Wire, path: str) -> None:
    with connected(wire.port) as client:
        client.sendall(get(path, method="HEAD") + get("/livez"))
        reading = Reading(client)
        assert int(read_answer(reading, head=True).field("content-length") or 0) > 0
        assert read_answer(reading).body == b'{"status":"ok"}'


@pytest.mark.parametrize("path", [PATH, "/api/v1/crm/picture", "/native/crm/a", "/nothing", *OURS])
def test_no_answers_type_may_be_guessed(wire: Wire, path: str) -> None:
    assert ask(wire.port, get(path)).all("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_nothing_that_is_not_ours_and_is_nobodys_frame(wire: Wire, path: str) -> None:
    policy = ask(wire.port, get(path, "Accept: text/html")).field("content-security-policy") or ""

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_no_security_is_promised_where_there_is_none(wire: Wire) -> None:
    assert ask(wire.port, get(PATH)).field("strict-transport-security") is None


def test_what_the_vendor_sends_of_its_own_does_not_cross(wire: Wire) -> None:
    for path in ("/api/v1/crm/long", "/native/crm/long"):
        answer = ask(wire.port, get(path, "Origin: https://evil.example"))
        assert answer.body == LONG
        assert OF_ITS_OWN.isdisjoint(name for name, _ in answer.fields)
        assert answer.field("server") != "vendor"


@pytest.mark.parametrize("path", OURS)
def test_what_is_ours_alone_says_what_may_be_asked(wire: Wire, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
        answer = ask(wire.port, get(path, method=method))
        assert (answer.status, answer.field("allow")) == (405, "GET, HEAD, OPTIONS"), method


def test_what_does_not_exist_allows_nothing(wire: Wire) -> None:
    for method in ("GET", "OPTIONS", "POST"):
        answer = ask(wire.port, get("/nothing", method=method))
        assert (answer.status, answer.field("allow")) == (404, None)
