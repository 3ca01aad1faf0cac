"""The second reading of a request, against which Schemathesis' own is checked."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.requested import Asked, allowed

_LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
_IDS = {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array", "items": {"type": "integer"}}}
_TAGS = {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}, "minItems": 2}}
_FILTER = {"name": "f", "in": "query", "style": "deepObject", "schema": {"type": "object"}}
_ZONE = {"name": "X-Zone", "in": "header", "required": True, "schema": {"$ref": "#/components/schemas/Zone"}}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z]+$"}}
_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["to"]}}}}
DOCUMENT: Mapping[str, Any] = {
    "paths": {
        "/things/{id}": {
            "get": {"parameters": [_LIMIT, _IDS, _TAGS, _FILTER, _ZONE, _ID]},
            "post": {"parameters": [_ID], "requestBody": _BODY},
        }
    },
    "components": {"schemas": {"Zone": {"type": ["boolean", "null"]}}},
}
ZONE = {"x-zone": "true"}
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    "query", ["", "?limit=9", "?ids=1,2", "?tags=a&tags=b", "?f[a]=1&f[b]=2", "?limit=-1&tags=%20&tags="]
)
def test_what_fits_is_allowed(query: str) -> None:
    assert allowed(DOCUMENT, Asked("GET", f"/things/a{query}", {**ZONE, "x-unknown": "1"}))


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/things", ZONE),
        ("/things/A", ZONE),
        ("/things/a?limit=10", ZONE),
        ("/things/a?limit=1.0", ZONE),
        ("/things/a?limit=1&limit=1", ZONE),
        ("/things/a?ids=1,x", ZONE),
        ("/things/a?tags=a", ZONE),
        ("/things/a?unknown=1", ZONE),
        ("/things/a?f=1", ZONE),
        ("/things/a", {}),
        ("/things/a", {"x-zone": "1"}),
    ],
)
def test_what_does_not_fit_is_not_allowed(path: str, headers: Mapping[str, str]) -> None:
    assert not allowed(DOCUMENT, Asked("GET", path, headers))


@pytest.mark.parametrize(
    ("body", "headers", "fits"),
    [
        (b'{"to": 1}', JSON, True),
        (b"{}", JSON, False),
        (b"{", JSON, False),
        (b'{"to": 1}', {"content-type": "text/plain"}, False),
        (None, {}, False),
    ],
)
def test_a_body_is_held_to_its_schema(body: bytes | None, headers: Mapping[str, str], fits: bool) -> None:
    assert allowed(DOCUMENT, Asked("POST", "/things/a", headers, body)) is fits


def test_a_body_that_nobody_declares_is_not_allowed() -> None:
    assert not allowed(DOCUMENT, Asked("GET", "/things/a", ZONE, b"{}"))
