"""A vendor's newer document is laid over an integration under the names that its callers know."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from gateway.editing.refusing import Refused
from gateway.editing.updating import Update, update
from gateway.importing import Document

CONFIG = """\
    version: 1
    defaults: {retry: {attempts: 2}}
    integrations:
      other: {base_url: "https://other.example"}
      shop:
        base_url: ${SHOP_URL:-https://shop.example/v2}
        endpoints:
          get_order:
            route: GET /orders/{id}
            upstream: GET /Orders/{id}.json
            path: {id: {type: string}}
            query: {limit: {type: integer, as: PageSize, default: 5}}
            cache: {ttl: 1m}
            examples: {reply: {}}
          create_order:
            route: POST /orders
            upstream: POST /Orders.json
            body: {type: object}
            send: {rename: {item: Item}}
          mine: {route: "GET /users/me"}
          lost: {route: GET /lost}
"""
PAGE_SIZE = {"name": "PageSize", "in": "query", "schema": {"type": "integer", "maximum": 9}}
ORDER_ID = {"name": "OrderId", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 7}}
BODY = {"type": "object", "required": ["Item"], "properties": {"Item": {"type": "string"}, "Note": {"type": "string"}}}
OK = {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}}
PATHS = {
    "/Orders/{OrderId}.json": {"get": {"parameters": [ORDER_ID, PAGE_SIZE], "deprecated": True, **OK}},
    "/Orders.json": {"post": {"requestBody": {"content": {"application/json": {"schema": BODY}}}, **OK}},
    "/users/{UserId}": {"get": OK},
    "/new": {"get": OK},
}


def updated(folder: Path, name: str = "shop") -> Update:
    config = folder / "integrations.yaml"
    config.write_text(dedent(CONFIG))
    document = Document({"openapi": "3.0.0", "servers": [{"url": "https://shop.example/v2"}], "paths": PATHS})
    return update(config, name, document, folder / "shop.json")


def endpoint(found: Update, name: str) -> Any:
    return found.after["integrations"]["shop"]["endpoints"][name]


def test_what_the_person_wrote_stays_and_what_the_document_says_is_new(tmp_path: Path) -> None:
    order = endpoint(updated(tmp_path), "get_order")

    assert (order["route"], order["cache"]) == ("GET /orders/{id}", {"ttl": "1m"})
    assert order["deprecated"] is True
    assert "examples" not in order


def test_parameters_keep_the_names_that_callers_know(tmp_path: Path) -> None:
    order = endpoint(updated(tmp_path), "get_order")

    assert order["path"]["id"]["maxLength"] == 7
    assert order["query"] == {"limit": {"type": "integer", "maximum": 9, "as": "PageSize", "default": 5}}


def test_renamed_keys_of_a_body_keep_their_names(tmp_path: Path) -> None:
    body = endpoint(updated(tmp_path), "create_order")["body"]

    assert body["properties"].keys() == {"item", "Note"}
    assert body["required"] == ["item"]


def test_a_value_stands_for_the_documents_parameter(tmp_path: Path) -> None:
    found = updated(tmp_path)

    assert found.gone == ("shop.lost",)
    assert endpoint(found, "mine")["route"] == "GET /users/me"


def test_operations_that_nothing_uses_are_counted(tmp_path: Path) -> None:
    assert updated(tmp_path).unused == 1


def test_both_configs_hold_this_integration_and_what_it_inherits(tmp_path: Path) -> None:
    found = updated(tmp_path)

    for config in (found.before, found.after):
        assert config["integrations"].keys() == {"shop"}
        assert config["defaults"] == {"retry": {"attempts": 2}}


def test_an_integration_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="has no integration `shops`; did you mean `shop`"):
        updated(tmp_path, "shops")
