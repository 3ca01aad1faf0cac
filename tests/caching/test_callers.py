"""What callers see of an endpoint that goes by the vendor's Cache-Control: a real gateway, and a vendor who counts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from tests.running import running

CONFIG = """\
version: 1
integrations:
  crm:
    base_url: http://127.0.0.1:{port}
    allow_private: true
    cache: {{ttl: 5m, respect_upstream: true}}
    endpoints:
      get_contact:
        route: GET /contacts/{{id}}
        headers: {{X-Tenant: {{type: string}}}}
        response: {{type: object}}
      get_name:
        route: GET /names/{{id}}
        upstream: GET /contacts/{{id}}
        reply: {{select: name}}
        response: {{type: string}}
      save_contact:
        route: PUT /people/{{id}}
        upstream: PUT /contacts/{{id}}
        body: {{type: object}}
        response: {{type: object}}
"""


class Vendor(BaseHTTPRequestHandler):
    """Says that every contact holds for a minute, and how often it was asked."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        length = int(self.headers["content-length"] or 0)
        body = self.rfile.read(length) or json.dumps({"name": f"contact {self.asked}"}).encode()
        self.send_response(200)
        for name, value in self.fields().items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.do_GET()

    def fields(self) -> dict[str, str]:
        cached = {"cache-control": "public, max-age=60", "etag": '"1"', "age": "7", "cache-status": "elsewhere; hit"}
        return {"content-type": "application/json", **(cached if self.command == "GET" else {})}

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def vendor() -> Iterator[tuple[type[Vendor], int]]:
    counting = type("Counting", (Vendor,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), counting) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield counting, server.server_address[1]
        server.shutdown()


@pytest.fixture(name="world", scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, type[Vendor]]]:
    config = tmp_path_factory.mktemp("callers") / "integrations.yaml"
    with vendor() as (counting, port):
        config.write_text(CONFIG.format(port=port))
        with running(config) as gateway, gateway.client() as client:
            yield client, counting


def look(client: httpx.Client, path: str, **headers: str) -> httpx.Response:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/api/v1/crm/{path}", headers=fields)


def test_callers_see_how_old_an_answer_is_and_where_it_came_from(world: tuple[httpx.Client, type[Vendor]]) -> None:
    client, counting = world
    first, second = (look(client, "contacts/1") for _ in range(2))

    assert first.headers["cache-status"].startswith("gateway; fwd=uri-miss; stored; ttl=")
    assert second.headers["cache-status"].startswith("gateway; hit; ttl=")
    assert int(second.headers["age"]) >= 7
    assert "cache-control" not in second.headers
    assert first.json() == second.json()
    assert counting.asked == 1


def test_two_endpoints_that_ask_the_same_share_the_answer_as_each_maps_it(
    world: tuple[httpx.Client, type[Vendor]],
) -> None:
    client, _ = world
    whole, name = look(client, "contacts/2"), look(client, "names/2")

    assert name.json() == whole.json()["name"]
    assert "etag" not in name.headers


def test_who_has_it_gets_a_304_and_who_wants_it_from_the_cache_or_not_at_all_a_504(
    world: tuple[httpx.Client, type[Vendor]],
) -> None:
    client, counting = world
    refused = look(client, "contacts/3", cache_control="only-if-cached")
    look(client, "contacts/3")
    asked = counting.asked

    assert refused.status_code == 504
    assert refused.json()["type"].endswith("/problems/not-cached")
    assert look(client, "contacts/3", cache_control="only-if-cached").status_code == 200
    assert look(client, "contacts/3", if_none_match='"1"').status_code == 304
    assert counting.asked == asked


def test_tenants_are_told_apart(world: tuple[httpx.Client, type[Vendor]]) -> None:
    client, _ = world
    one, other = (look(client, "contacts/4", x_tenant=tenant).json() for tenant in "ab")

    assert one != other
    assert look(client, "contacts/4", x_tenant="a").json() == one


def test_a_write_at_another_endpoint_makes_stale_what_is_at_its_address(
    world: tuple[httpx.Client, type[Vendor]],
) -> None:
    client, _ = world
    first = look(client, "contacts/5").json()
    client.put("/api/v1/crm/people/6", json={}).raise_for_status()
    assert look(client, "contacts/5").json() == first
    client.put("/api/v1/crm/people/5", json={}).raise_for_status()
    assert look(client, "contacts/5").json() != first
