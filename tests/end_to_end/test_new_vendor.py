"""A vendor that nobody here has heard of needs a file of YAML, and nothing else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running, running

FILE = """
version: 1
server: {callers: {api_keys: off}}
integrations:
  bakery:
    title: Bakery
    base_url: %s/v7
    allow_private: true
    credential: {use: header, name: X-Bakery-Key, value: "${BAKERY_KEY}"}
    breaker: {failures: 3}
    retry: {attempts: 2}
    errors:
      - when: {status: 404, body: {reason: no_such_bread}}
        slug: bread-not-found
        status: 404
        title: There is no such bread
    endpoints:
      list_breads:
        route: GET /breads
        upstream: GET /products
        query: {kind: {type: string, enum: [rye, wheat], as: productKind}}
        response:
          type: array
          items: {type: object, required: [id], properties: {id: {type: string}, price: {type: number}}}
        reply: {select: "items[].{id: sku, price: amount}"}
        cache: {ttl: 1m, tags: [breads]}
      get_bread:
        route: GET /breads/{id}
        upstream: GET /products/{id}
        reply: {rename: {sku: id, amount: price}}
      order_bread:
        route: POST /orders
        body:
          type: object
          required: [bread]
          additionalProperties: false
          properties: {bread: {type: string}, slices: {type: integer, minimum: 1, default: 1}}
        send: {rename: {bread: sku}, body: {channel: gateway}}
        responses: {201: {schema: {type: object, required: [order]}}}
        invalidates: [breads]
"""
BREADS = {"rye-1": {"sku": "rye-1", "amount": 4.5, "secret": "flour"}}


class Bakery(BaseHTTPRequestHandler):
    """Three endpoints, one key."""

    protocol_version = "HTTP/1.1"
    heard: list[tuple[str, str, Any]]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/v7/products":
            self._answer(200, {"items": list(BREADS.values())})
        elif (bread := BREADS.get(path.removeprefix("/v7/products/"))) is not None:
            self._answer(200, bread)
        else:
            self._answer(404, {"reason": "no_such_bread", "inner": "shelf 7"})

    def do_POST(self) -> None:
        self._answer(201, {"order": 1})

    def _answer(self, status: int, body: object) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.heard.append((self.command, self.path, json.loads(sent) if sent else None))
        if self.headers.get("x-bakery-key") != "crust":
            status, body = 401, {"reason": "key"}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def bakery() -> Iterator[tuple[str, list[tuple[str, str, Any]]]]:
    heard: list[tuple[str, str, Any]] = []
    handler = type("OneBakery", (Bakery,), {"heard": heard})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, list[tuple[str, str, Any]]]]:
    config: Path = tmp_path_factory.mktemp("bakery") / "bakery.yaml"
    with bakery() as (url, heard):
        config.write_text(FILE % url)
        with running(config, {"BAKERY_KEY": "crust"}) as gateway:
            yield gateway, heard


def test_three_endpoints_work_without_a_line_of_python(opened: tuple[Running, list[tuple[str, str, Any]]]) -> None:
    gateway, heard = opened
    with gateway.client() as client:
        listed = client.get("/api/v1/bakery/breads?kind=rye")
        one = client.get("/api/v1/bakery/breads/rye-1")
        ordered = client.post("/api/v1/bakery/orders", json={"bread": "rye-1", "slices": 3})
        missing = client.get("/api/v1/bakery/breads/none")
        wrong = client.post("/api/v1/bakery/orders", json={"slices": 0})

    assert (listed.status_code, listed.json()) == (200, [{"id": "rye-1", "price": 4.5}])
    assert one.json() == {"id": "rye-1", "price": 4.5, "secret": "flour"}
    assert (ordered.status_code, ordered.json()) == (201, {"order": 1})
    assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (404, "bread-not-found")
    assert "shelf" not in missing.text
    assert (wrong.status_code, len(wrong.json()["errors"])) == (400, 2)
    assert heard == [
        ("GET", "/v7/products?productKind=rye", None),
        ("GET", "/v7/products/rye-1", None),
        ("POST", "/v7/orders", {"sku": "rye-1", "slices": 3, "channel": "gateway"}),
        ("GET", "/v7/products/none", None),
    ]


def test_its_document_is_there_too(opened: tuple[Running, list[tuple[str, str, Any]]]) -> None:
    with opened[0].client() as client:
        document = client.get("/openapi.json").json()

    assert set(document["paths"]) == {f"/api/v1/bakery/{path}" for path in ("breads", "breads/{id}", "orders")}
    assert document["paths"]["/api/v1/bakery/orders"]["post"]["operationId"] == "bakery.order_bread"
