"""What only those who run the gateway may see has a door of its own."""

import json
import re

import pytest

from tests.wire.sockets import ask, get, post
from tests.wire.vendors import Wire

ADMIN = ["/metrics", "/admin/config", "/admin/config/resolved", "/admin/openapi.json", "/admin/reload"]


@pytest.mark.parametrize(
    "path", [*ADMIN, "/admin", "/admin/", "/admin/../metrics", "/%6detrics", "//metrics", "/metrics/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_nothing_of_it_is_on_the_public_side(wire: Wire, method: str, path: str) -> None:
    assert ask(wire.port, get(path, method=method), head=method == "HEAD").status == 404


def test_no_endpoint_is_on_the_inner_side(wire: Wire) -> None:
    for path in ("/api/v1/crm/contacts", "/native/crm/a"):
        assert ask(wire.admin_port, get(path)).status == 404
    assert wire.vendor.seen == []


def test_metrics_and_the_config_in_force_are_inside(wire: Wire) -> None:
    metrics = ask(wire.admin_port, get("/metrics"))
    config = ask(wire.admin_port, get("/admin/config"))

    assert (metrics.status, config.status) == (200, 200)
    assert (metrics.field("content-type") or "").startswith("text/plain; version=")
    assert b"gateway" in metrics.body
    for answer in (metrics, config):
        assert answer.field("cache-control") == "no-store"
        assert answer.field("x-correlation-id")
        assert answer.field("x-content-type-options") == "nosniff"


@pytest.mark.parametrize("path", [*ADMIN, "/health"])
@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1:8001", "localhost.evil.example"])
def test_a_web_page_gets_nothing_by_pointing_its_name_here(wire: Wire, path: str, host: str) -> None:
    for written in (get(path, host=host), post(path, b"", host=host)):
        assert ask(wire.admin_port, written).status == 421


def test_a_reload_can_be_asked_for_but_not_by_a_web_page(wire: Wire) -> None:
    answer = ask(wire.admin_port, post("/admin/reload", b""))
    foreign = ask(wire.admin_port, post("/admin/reload", b"", "Origin: https://app.example"))

    assert (answer.status, answer.body) == (200, b'{"reloaded":true,"problems":[]}')
    assert foreign.status == 403
    assert ask(wire.port, get("/api/v1/crm/contacts")).status == 200


def test_it_says_what_may_be_asked(wire: Wire) -> None:
    for path, allow in (("/metrics", "GET, HEAD, OPTIONS"), ("/admin/reload", "OPTIONS, POST")):
        refused = ask(wire.admin_port, get(path, method="DELETE"))
        assert (refused.status, refused.field("allow")) == (405, allow)
        assert ask(wire.admin_port, get(path, method="OPTIONS")).field("allow") == allow


def test_the_config_in_force_is_told_with_everything_filled_in(wire: Wire) -> None:
    answer = ask(wire.admin_port, get("/admin/config/resolved"))
    shown = json.loads(answer.body)

    crm = shown["config"]["integrations"]["crm"]
    assert answer.field("cache-control") == "no-store"
    assert all(endpoint["timeout"]["total"] for endpoint in crm["endpoints"].values())
    assert re.search(r"\.yaml:[0-9]+$", shown["origins"]["/integrations/crm/base_url"])


def test_the_document_that_callers_see_is_inside_too(wire: Wire) -> None:
    inside, outside = ask(wire.admin_port, get("/admin/openapi.json")), ask(wire.port, get("/openapi.json"))

    assert json.loads(inside.body) == json.loads(outside.body)
