"""What the vendor reads, and what callers send instead: JSON, always."""

from typing import Any

import pytest

from gateway.importing import NotCarried
from tests.gateway.importing.documents import endpoint, sent

THING: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}
FILE = {"type": "string", "format": "binary"}


def carried(content: dict[str, Any], method: str = "post", **fields: Any) -> dict[str, Any]:
    return endpoint({"requestBody": {"content": content, **fields}}, method)


@pytest.mark.parametrize(
    ("kind", "send"),
    [
        ("application/json", None),
        ("application/json; charset=utf-8", None),
        ("*/*", None),
        ("application/merge-patch+json", {"headers": {"Content-Type": "application/merge-patch+json"}}),
        ("application/x-www-form-urlencoded", {"encode": "form"}),
        ("multipart/form-data", {"encode": "multipart"}),
    ],
)
def test_the_encoding_is_the_vendors(kind: str, send: Any) -> None:
    found = carried({kind: {"schema": THING}})

    assert (found["body"], found.get("send")) == (THING, send)


def test_the_first_that_can_be_spoken_is_taken() -> None:
    found = carried(
        {"application/xml": {}, "application/x-www-form-urlencoded": {"schema": THING}, "application/json": {}}
    )

    assert found["send"] == {"encode": "form"}


def test_a_body_in_another_language_cannot_be_carried() -> None:
    with pytest.raises(NotCarried, match="its body is `application/xml` or `text/csv`"):
        carried({"application/xml": {}, "text/csv": {}})


def test_a_form_that_is_no_object_cannot_be_carried() -> None:
    with pytest.raises(NotCarried, match="no object"):
        carried({"application/x-www-form-urlencoded": {"schema": {"type": "array"}}})


def test_reading_has_no_body() -> None:
    assert "body" not in carried({"application/json": {"schema": THING}}, "get")
    with pytest.raises(NotCarried, match="a GET of it has a body"):
        carried({"application/json": {"schema": THING}}, "get", required=True)


def test_files_are_base64_in_json() -> None:
    thing = {"properties": {"photo": FILE, "more": {"type": "array", "items": FILE}, "name": {"type": "string"}}}
    base64 = {"type": "string", "contentEncoding": "base64"}

    assert sent(thing, kind="multipart/form-data") == {
        "type": "object",
        "properties": {"photo": base64, "more": {"type": "array", "items": base64}, "name": {"type": "string"}},
    }


def test_a_file_of_3_1_is_known_by_its_media_type() -> None:
    thing = {"properties": {"photo": {"contentMediaType": "image/png"}, "note": {"contentMediaType": "text/plain"}}}
    found = sent(thing, kind="multipart/form-data", version="3.1.0")["properties"]

    assert found["photo"] == {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"}
    assert "contentEncoding" not in found["note"]


def test_the_encoding_says_what_kind_of_file_a_part_is() -> None:
    media = {"schema": {"properties": {"photo": FILE}}, "encoding": {"photo": {"contentType": "image/png"}}}
    found = carried({"multipart/form-data": media})

    assert found["body"]["properties"]["photo"]["contentMediaType"] == "image/png"


def test_a_body_may_be_referred_to() -> None:
    bodies = {"Thing": {"content": {"application/json": {"schema": THING}}}}
    operation = {"requestBody": {"$ref": "#/components/requestBodies/Thing"}}

    assert endpoint(operation, "put", components={"requestBodies": bodies})["body"] == THING
