"""A trial finds every kind of lie: of the document about the gateway, and of the gateway about its document."""

import json
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest

from gateway.app import Application
from gateway.launch import Launch
from gateway.web.generation import Asgi
from tests.contract.generated.trial import BASE, ENVIRON, Trial, findings, held, told

CONFIG = """
version: 1
integrations:
  crm:
    base_url: https://crm.example
    endpoints:
      list_things:
        route: GET /things
        query: {limit: {type: integer, maximum: 9}}
        response: {type: object, required: [id], properties: {id: {type: integer}}}
"""
TRIAL = Trial(name="lying", text=CONFIG, again="once more")
Spoil = Callable[[MutableMapping[str, Any]], None]


def _lying(path: Path, spoil: Spoil) -> Asgi:
    application = Application(Launch(config=path, environ=ENVIRON, public_url=BASE))

    async def lying(scope: Any, receive: Any, send: Any) -> None:
        async def spoilt(message: MutableMapping[str, Any]) -> None:
            if scope.get("path") not in (None, "/openapi.json"):
                spoil(message)
            await send(message)

        await application(scope, receive, spoilt)

    return lying


def _header(message: MutableMapping[str, Any]) -> None:
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], (b"x-untold", b"1")]


def _status(message: MutableMapping[str, Any]) -> None:
    if message.get("status") == 400:
        message["status"] = 200


def _body(message: MutableMapping[str, Any]) -> None:
    if message["type"] == "http.response.body" and message["body"][:6] == b'{"id":':
        message["body"] = b'{"id":"x"}'
    elif message["type"] == "http.response.start":
        message["headers"] = [field for field in message["headers"] if field[0] != b"content-length"]


def _anywhere(message: MutableMapping[str, Any]) -> None:
    if message.get("status") == 404:
        message["status"] = 200


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (_header, "untold: header x-untold"),
        (_status, "negative_data_rejection"),
        (_body, "response_schema_conformance"),
        (_anywhere, "undeclared: expected 404"),
    ],
)
def test_a_gateway_that_lies_is_found_out(spoil: Spoil, found: str, tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(CONFIG)

    wrong = [*held(_lying(config, spoil), TRIAL, tmp_path)]

    assert any(finding.startswith(found) for finding in wrong), json.dumps(wrong, indent=1)


def test_a_config_that_does_not_load_is_a_finding(tmp_path: Path) -> None:
    (finding,) = findings(Trial(name="broken", text=CONFIG.replace("GET /things", "GET things")), tmp_path)

    assert "GW109" in finding


def test_a_finding_is_told_with_its_config_and_the_way_to_have_it_again() -> None:
    assert told(TRIAL, ["wrong", "wrong"]) == f"lying:\n{CONFIG}\nwrong\nonce more"
