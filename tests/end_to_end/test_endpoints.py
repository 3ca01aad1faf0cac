"""Each endpoint of the shipped file, through the gateway to the vendor and back."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import httpx
import jmespath
import pytest
from jsonschema import Draft202012Validator

from tests.end_to_end.calls_office import CALENDAR, GMAIL, MICROSOFT
from tests.end_to_end.calls_voice import TWILIO, VAPI
from tests.end_to_end.case import Case
from tests.end_to_end.world import World
from tests.running import ROOT
from tests.simulators import Request, google, microsoft, twilio, vapi

CASES: Mapping[str, Case] = {**VAPI, **TWILIO, **CALENDAR, **GMAIL, **MICROSOFT}
TO_THE_VENDOR = {"accept", "user-agent", "accept-encoding", "authorization", "host", "content-length", "content-type"}
CREDENTIALS = {
    "vapi": f"Bearer {vapi.API_KEY}",
    "twilio": "Basic " + base64.b64encode(f"{twilio.API_KEY}:{twilio.API_SECRET}".encode()).decode(),
    "google-calendar": f"Bearer {google.ACCESS_TOKEN}",
    "gmail": f"Bearer {google.ACCESS_TOKEN}",
    "microsoft": f"Bearer {microsoft.ACCESS_TOKEN}",
}
CURIOUS = {
    "authorization": "Bearer of-the-caller",
    "cookie": "session=of-the-caller",
    "x-forwarded-for": "203.0.113.9",
    "forwarded": "for=203.0.113.9",
    "x-api-key": "of-the-caller",
    "connection": "keep-alive, x-of-this-hop",
    "x-of-this-hop": "1",
    "user-agent": "caller/1.0",
    "accept-encoding": "gzip",
    "x-correlation-id": "the-callers-own-id",
    "referer": "http://localhost/",
}
"""What a caller may send and no vendor may hear."""


def _declared() -> list[dict[str, str]]:
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = [sys.executable, "-m", "gateway", "routes", "--json"]
    told = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, check=True)
    rows: list[dict[str, str]] = json.loads(told.stdout)
    return [row for row in rows if not row["endpoint"].endswith(".native")]


@pytest.fixture(scope="module")
def document(shared: World) -> Any:
    return shared.client.get("/openapi.json").json()


@pytest.mark.parametrize("row", _declared(), ids=lambda row: row["endpoint"])
def test_an_endpoint_answers_with_the_vendors_data(world: World, document: Any, row: dict[str, str]) -> None:
    case = CASES[row["endpoint"]]

    reply = world.ask(case.ask, json=case.body, headers={**CURIOUS, **case.headers})

    assert reply.status_code == case.status, reply.text
    assert reply.headers["x-correlation-id"] == "the-callers-own-id"
    operation = document["paths"][row["route"]][row["method"].lower()]
    _assert_declared(reply, operation["responses"][str(case.status)], document)
    shown = reply.json() if reply.content else None
    assert {path: jmespath.search(path, shown) for path in case.shows} == case.shows
    (heard,) = world.vendors.named(row["endpoint"].partition(".")[0]).received
    _assert_heard(heard, case, CREDENTIALS[row["endpoint"].partition(".")[0]])


def test_nothing_here_is_about_an_endpoint_that_is_gone() -> None:
    assert set(CASES) == {row["endpoint"] for row in _declared()}


def test_every_answer_tells_its_limits_and_times(world: World) -> None:
    reply = world.ask("GET /vapi/settings")

    assert reply.headers["ratelimit-policy"] == '"default";q=100000;w=60'
    assert reply.headers["server-timing"].startswith("gateway;dur=")
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_head_is_a_get_without_its_body(world: World) -> None:
    reply = world.ask("HEAD /gmail/profile")

    assert (reply.status_code, reply.content) == (200, b"")
    assert [request.method for request in world.vendors.gmail.received] == ["GET"]


def _assert_declared(reply: httpx.Response, declared: Any, document: Any) -> None:
    if "content" not in declared:
        assert reply.content == b""
        assert "content-type" not in reply.headers
        return
    schema = declared["content"]["application/json"]["schema"]
    checked = {**schema, "components": document["components"]}
    found = Draft202012Validator(checked).iter_errors(reply.json())
    assert [f"{error.json_path}: {error.message}" for error in found] == []


def _assert_heard(heard: Request, case: Case, credential: str) -> None:
    assert f"{heard.method} {heard.path}" == case.heard
    assert sorted(heard.parameters) == sorted(case.query)
    if case.form is not None:
        assert heard.form == case.form
    elif case.body is not None:
        assert heard.json() == (case.body if case.json is None else case.json)
    else:
        assert heard.body == b""
    assert heard.header("authorization") == credential
    assert heard.header("user-agent") == "integration-gateway"
    assert heard.header("accept-encoding") == "identity"
    names = [name.lower() for name, _ in heard.headers]
    assert len(names) == len(set(names))
    assert set(names) <= TO_THE_VENDOR
