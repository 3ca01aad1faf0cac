"""The page of the API documentation works in a browser, under its own strict rules, and asks nobody else."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.web.site import PAGE_POLICY
from tests.contract.browser import show
from tests.contract.exercise import STUBBED
from tests.running import SHIPPED, running


def test_every_operation_is_shown_and_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    with running(SHIPPED, STUBBED) as gateway, gateway.client() as client:
        page = show(f"{gateway.url}/docs", tmp_path)
        document = client.get("/openapi.json").json()

    operations = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert [name for name in operations if f">{name}<" not in page.text] == []
    assert "Integration gateway" in page.text
    assert page.console == []
    assert f"{gateway.url}/openapi.json" in page.asked
    assert f"{gateway.url}/docs/swagger-ui-bundle.js" in page.asked
    assert [url for url in page.asked if not url.startswith(f"{gateway.url}/")] == []


class Careless(http.server.BaseHTTPRequestHandler):
    """Serves a page that breaks the rules of ours in two ways."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-security-policy", PAGE_POLICY.replace("img-src 'self'", "img-src *"))
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<script>document.title='x'</script><img src='http://elsewhere.example/x.png'>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Says nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_that_broke_the_rules_would_be_noticed(careless: str, tmp_path: Path) -> None:
    page = show(f"{careless}/", tmp_path)

    assert any("Content Security Policy" in line for line in page.console)
    assert "http://elsewhere.example/x.png" in page.asked
