"""Callers send JSON; vendors who want files get the parts of a form."""

from base64 import b64encode
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Reply, Send
from gateway.errors import InvalidRequest
from gateway_policies.multipart import file_types, multipart
from gateway_policies.transform import policy
from tests.kit import call, pipeline, run, site

FILE: dict[str, Any] = {"type": "string", "contentEncoding": "base64"}
PICTURE = {**FILE, "contentMediaType": "image/png"}
BODY: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}, "photo": PICTURE}}
PARTS = Send(encode="multipart")
PIXELS = b"\x89PNG\r\n--not-a-boundary\r\n\x00\xff"


def parts(content: bytes, kind: bytes) -> list[Message]:
    """The parts, read by the standard library's reader."""
    message = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + content)
    found = message.get_payload()
    return [part for part in found if isinstance(part, Message)] if isinstance(found, list) else []


def sent(payload: Any, body: dict[str, Any] = BODY, send: Send = PARTS) -> Call:
    seen: list[Call] = []

    async def vendor(asked: Call) -> Reply:
        seen.append(asked)
        return Reply(200)

    async def scenario() -> None:
        at = site(method="POST", body=body, send=send)
        await pipeline(policy, None, vendor, at=at)(call(method="POST", payload=payload))

    run(scenario())
    return seen[0]


def arrived(
    payload: Any, body: dict[str, Any] = BODY, send: Send = PARTS
) -> list[tuple[str | None, str | None, str, bytes]]:
    """Name, file name, media type and bytes of each part, as the vendor gets them."""
    asked = sent(payload, body, send)
    kind = asked.header(b"content-type")
    assert isinstance(asked.body, bytes)
    assert kind is not None
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            _bytes(part),
        )  # type: ignore[misc]
        for part in parts(asked.body, kind)
    ]


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def test_texts_and_numbers_are_parts_as_they_are() -> None:
    assert arrived({"name": "Ann", "age": 7, "open": True, "left": None}) == [
        ("name", None, "text/plain", b"Ann"),
        ("age", None, "text/plain", b"7"),
        ("open", None, "text/plain", b"true"),
    ]


def test_a_file_is_base64_in_json_and_bytes_in_its_part() -> None:
    found = arrived({"photo": b64encode(PIXELS).decode()})

    assert found == [("photo", "photo.png", "image/png", PIXELS)]


def test_a_list_repeats_its_part_and_an_object_is_json() -> None:
    body = {"type": "object", "properties": {"files": {"type": "array", "items": FILE}}}
    encoded = [b64encode(one).decode() for one in (b"a", b"b")]

    assert arrived({"files": encoded, "tags": ["x", "y"], "meta": {"a": [1]}}, body) == [
        ("files", "files.bin", "application/octet-stream", b"a"),
        ("files", "files.bin", "application/octet-stream", b"b"),
        ("tags", None, "text/plain", b"x"),
        ("tags", None, "text/plain", b"y"),
        ("meta", None, "application/json", b'{"a":[1]}'),
    ]


def test_names_are_the_vendors_and_constants_are_added() -> None:
    send = Send(encode="multipart", rename={"photo": "Image"}, body={"purpose": "face"})

    found = arrived({"photo": b64encode(b"x").decode()}, BODY, send)

    assert [(name, kind) for name, _, kind, _ in found] == [("Image", "image/png"), ("purpose", "text/plain")]


@pytest.mark.parametrize("text", ["no base64!", "abc", "a b="])
def test_a_file_that_is_no_base64_is_refused_where_it_stands(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        sent({"photo": text})

    assert [violation.pointer for violation in caught.value.violations] == ["/photo"]


def test_the_body_has_to_be_an_object() -> None:
    with pytest.raises(InvalidRequest):
        sent(["a"])


def test_an_empty_object_is_a_form_without_parts() -> None:
    asked = sent({})
    kind = asked.header(b"content-type") or b""

    assert asked.body == b"--" + kind.partition(b"boundary=")[2] + b"--\r\n"


def test_equal_parts_make_an_equal_body() -> None:
    assert multipart({"a": "1"}, {}) == multipart({"a": "1"}, {})
    assert multipart({"a": "1"}, {}) != multipart({"a": "2"}, {})


def test_files_are_found_behind_references_and_unions() -> None:
    schema = {
        "allOf": [{"properties": {"one": {"$ref": "#/$defs/file"}}}],
        "properties": {"two": {"anyOf": [PICTURE, {"type": "null"}]}, "three": {"type": "string"}},
        "$defs": {"file": FILE},
    }

    assert file_types(schema) == {"one": "application/octet-stream", "two": "image/png"}


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_no_name_and_no_text_can_end_its_part(payload: dict[str, str]) -> None:
    content, kind = multipart(payload, {})
    boundary = kind.partition(b"boundary=")[2]

    assert content.count(b"--" + boundary) == len(payload) + 1
    for part, text in zip(content.split(b"--" + boundary)[1:-1], payload.values(), strict=True):
        head, _, value = part.partition(b"\r\n\r\n")
        assert head.count(b"\r\n") == 1
        assert value == text.encode() + b"\r\n"
