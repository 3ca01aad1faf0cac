"""What `gateway smoke` makes of answers that no gateway of ours gives: of proxies, strangers and the misled."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.cli.findings import Finding
from gateway.cli.smoke.asking import Silent, Visitor
from gateway.cli.smoke.document import Harmless, faults, integrations
from gateway.cli.smoke.visit import Visit
from tests.faults.certificates import Authority

OPERATION = {"operationId": "crm.list_contacts", "responses": {"200": {"description": "OK"}}}
DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "A gateway", "version": "1"},
    "servers": [{"url": "http://0.0.0.0:8000"}],
    "paths": {"/api/v1/crm/contacts": {"get": OPERATION}},
}
GOOD: Mapping[str, tuple[int, Any]] = {
    "/livez": (200, {"status": "ok"}),
    "/readyz": (200, {"status": "ok"}),
    "/health": (200, {"status": "ok"}),
    "/openapi.json": (200, DOCUMENT),
    "/api/v1/crm/contacts": (200, []),
}


class Elsewhere(Visitor):
    """As if the address were not of this machine."""

    @property
    def on_loopback(self) -> bool:
        return False


@contextmanager
def answering(
    answers: Mapping[str, tuple[int, Any]], context: ssl.SSLContext | None = None, *, echoes: bool = True
) -> Iterator[str]:
    """A server that is no gateway: 404 for whatever it does not know, with the correlation id where it `echoes`."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, {"type": "https://x.example/problems/no-such-endpoint"}))
            content = msgspec.json.encode(body)
            self.send_response(status)
            if echoes:
                self.send_header("X-Correlation-ID", self.headers["X-Correlation-ID"])
            self.send_header("Content-Type", "application/problem+json" if status >= 400 else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *words: Any) -> None:  # noqa: A002 - its name there
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def seen(visitor: Visitor) -> dict[str, str]:
    """The level of each thing that was found."""
    return {finding.what: finding.level for finding in Visit(visitor, None, keyed=False).whole()}


def test_beyond_this_machine_callers_have_to_be_asked_for_a_key() -> None:
    with answering(GOOD) as url:
        found, refusing = seen(Elsewhere(url)), dict(GOOD)
        refusing["/api/v1/crm/contacts"] = (401, {"type": "https://x.example/problems/unauthenticated"})
    with answering(refusing) as other:
        asked = seen(Elsewhere(other))

    assert found[f"whoever reaches {url} may call: nobody is asked for a key"] == "fail"
    assert asked["callers are asked for a key"] == "ok"


def test_without_anything_to_ask_the_document_says_whether_keys_are_needed() -> None:
    nothing = {**DOCUMENT, "paths": {}}
    with answering({**GOOD, "/openapi.json": (200, nothing)}) as url:
        open_to_all = seen(Elsewhere(url))
    with answering({**GOOD, "/openapi.json": (200, {**nothing, "security": [{"bearer": []}]})}) as url:
        keyed = seen(Elsewhere(url))

    assert "fail" in open_to_all.values()
    assert keyed["callers are asked for a key"] == "ok"


def test_an_address_that_others_cannot_reach_is_told() -> None:
    misled = "it believes that callers find it at http://0.0.0.0:8000"
    with answering(GOOD) as url:
        assert seen(Elsewhere(url))[misled] == "warn"
        assert misled not in seen(Visitor(url))


def test_answers_without_the_correlation_id_fail() -> None:
    with answering(GOOD, echoes=False) as url:
        found = seen(Visitor(url))

    lost = "without the correlation id that was asked with: /livez, /readyz, /openapi.json"
    assert found[lost] == "fail"


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_of_somebody_else_for_an_unknown_path_fails(status: int) -> None:
    with answering({**GOOD, "/there/is/no/such/path": (status, {"type": "about:blank"})}) as url:
        found = seen(Visitor(url))

    (told,) = (what for what in found if what.startswith("an unknown path is answered with "))
    assert (found[told], str(status) in told) == ("fail", True)


def test_health_that_is_degraded_fails_where_the_admin_address_is_not_known() -> None:
    with answering({**GOOD, "/health": (200, {"status": "degraded"})}) as url:
        found = seen(Visitor(url))

    assert found["/health is not ok"] == "fail"
    assert found["metrics and breakers were not looked at"] == "warn"


def test_somebody_else_is_told_apart_from_a_gateway() -> None:
    with answering({}) as url:
        found = list(Visit(Visitor(url), Visitor(url), keyed=False).whole())

    assert found == [
        Finding("fail", f"what answers at {url} is no gateway: 404 for /livez", "name where it listens"),
    ]


def test_an_admin_address_of_somebody_else_fails() -> None:
    with answering(GOOD) as url:
        found = {one.what: one.level for one in Visit(Visitor(url), Visitor(url), keyed=False).whole()}

    assert found[f"{url}/metrics has no metrics of a gateway"] == "fail"
    assert found[f"{url} does not tell the state of a gateway"] == "fail"


def test_a_certificate_for_another_name_is_believed_only_when_asked_to(tmp_path: Path) -> None:
    with answering(GOOD, Authority(tmp_path).server_context("gateway.example")) as url:
        with pytest.raises(Silent, match="certificate verify failed"):
            Visitor(url).get("/livez")
        assert Visitor(url, insecure=True).get("/livez").status == 200


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        (DOCUMENT, []),
        ("<html>", ["it is no JSON object"]),
        ({**DOCUMENT, "openapi": "3.0.3"}, ["it calls itself OpenAPI 3.0.3"]),
        ({**DOCUMENT, "paths": None}, ["it has no paths"]),
        ({**DOCUMENT, "info": {}}, ["it has no title"]),
        ({**DOCUMENT, "paths": {"/a": {"get": {"operationId": "a.b"}}}}, ["GET /a has no responses"]),
        ({**DOCUMENT, "paths": {"/a": {"get": OPERATION, "put": OPERATION}}}, ["`crm.list_contacts` is there twice"]),
        ({**DOCUMENT, "x": {"$ref": "#/components/schemas/A"}}, ["#/components/schemas/A leads nowhere"]),
    ],
)
def test_a_document_that_readers_would_stumble_over_is_told(document: Any, wrong: list[str]) -> None:
    assert faults(document) == wrong


def test_only_what_needs_nothing_is_asked() -> None:
    required = {"name": "q", "in": "query", "required": True}
    document = {
        "paths": {
            "/a/{id}": {"get": {"operationId": "a.one"}},
            "/a": {"post": {"operationId": "a.make"}, "get": {"operationId": "a.list", "parameters": [{"name": "q"}]}},
            "/b": {"get": {"operationId": "b.list", "parameters": [required]}},
            "/c": {"get": {"operationId": "c.list", "parameters": [{"$ref": "#/components/parameters/q"}]}},
            "/connections": {"get": {"operationId": "gateway.list_connections"}},
        },
        "components": {"parameters": {"q": required}},
    }

    assert integrations(document) == {"a": Harmless("a.list", "/a"), "b": None, "c": None}
