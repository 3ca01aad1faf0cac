"""The document of lists with pages is true, whatever way the vendor pages and whatever a page looks like."""

from pathlib import Path

import schemathesis

from gateway.app import Application
from gateway.launch import Launch
from tests.contract.asking import PUBLIC_URL
from tests.contract.exercise import STUBBED, config, exercise

CONFIG = """
version: 1
integrations:
  shop:
    base_url: https://shop.example
    credential: {use: none}
    cache: {ttl: 1m}
    endpoints:
      list_orders:
        route: GET /orders
        query: {limit: {type: integer, minimum: 1, maximum: 100, default: 10}}
        response: {type: array, items: {$ref: "#/$defs/order"}, $defs: {order: ORDER}}
        paging: {style: cursor, next: "[-1].id", parameter: after, size: limit}
      list_returns:
        route: GET /users/{user}/returns
        query: {reason: {type: string, required: true, minLength: 1}}
        response:
          type: object
          required: [data, next]
          properties: {data: {type: array, items: ORDER}, next: {type: [string, "null"]}}
        reply: {links: [$.next]}
        paging: {style: link, items: data, next: next}
      list_carts:
        route: GET /carts
        response: {type: array, items: ORDER}
        reply: {select: data.carts, rename: {no: id}}
        paging: {style: page, items: data.carts, parameter: page, pages: data.pages}
        strict: true
      list_anything:
        route: GET /größe
        paging: {style: offset, items: "things || results", parameter: skip, limit: take, total: total}
"""
ORDER = "{type: object, required: [id], properties: {id: {type: integer}}}"


def test_lists_with_pages_keep_their_promises(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text(CONFIG.replace("ORDER", ORDER), encoding="utf-8")
    application = Application(Launch(config=file, environ=STUBBED, public_url=PUBLIC_URL))
    settings = config(examples=40, seed=13, directory=tmp_path, **{"base-url": PUBLIC_URL})
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", application, config=settings, headers={"Host": "localhost"}
    )

    found = exercise(schema)

    assert found.failures == []
    assert len(found.operations) == 4
    assert any(b'"next":null}' in answer.content for answer in found.answers if answer.status_code == 200)
