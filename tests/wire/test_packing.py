"""Answers are packed as callers wish, once, and a caller's copy is checked whichever way it came."""

import gzip
from collections.abc import Callable

import brotli
import pytest
import zstandard

from tests.wire.sockets import Answer, ask, get
from tests.wire.vendors import Wire
from tests.wire.world import LONG

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}


def look(wire: Wire, name: str, *lines: str, method: str = "GET") -> Answer:
    return ask(wire.port, get(f"/api/v1/crm/{name}", *lines, method=method), head=method == "HEAD")


@pytest.mark.parametrize("coding", PACKED)
def test_an_answer_is_packed_as_it_is_asked_for(wire: Wire, coding: str) -> None:
    answer = look(wire, "long", f"Accept-Encoding: {coding}")

    assert answer.field("content-encoding") == coding
    assert PACKED[coding](answer.body) == LONG
    assert len(answer.body) < len(LONG) / 2
    assert "Accept-Encoding" in (answer.field("vary") or "")
    assert wire.vendor.seen[0].field(b"accept-encoding") == [b"identity"]


@pytest.mark.parametrize("coding", PACKED)
def test_head_tells_of_the_packed_answer(wire: Wire, coding: str) -> None:
    whole = look(wire, "long", f"Accept-Encoding: {coding}")
    head = look(wire, "long", f"Accept-Encoding: {coding}", method="HEAD")

    for name in ("content-encoding", "content-length", "vary", "content-type"):
        assert head.field(name) == whole.field(name)


@pytest.mark.parametrize("wish", ["identity", "", "deflate", "gzip;q=0", "*;q=0", "gzip;q=x"])
def test_who_wants_it_plain_gets_it_plain(wire: Wire, wish: str) -> None:
    answer = look(wire, "long", f"Accept-Encoding: {wish}")

    assert (answer.body, answer.field("content-encoding")) == (LONG, None)
    assert "Accept-Encoding" in (answer.field("vary") or "")


def test_what_is_empty_small_or_packed_already_is_left_alone(wire: Wire) -> None:
    nothing = look(wire, "nothing", "Accept-Encoding: gzip")
    assert (nothing.status, nothing.field("content-encoding"), nothing.field("content-type")) == (204, None, None)
    assert nothing.field("content-length") is None
    assert look(wire, "contacts", "Accept-Encoding: gzip").field("content-encoding") is None
    assert look(wire, "picture", "Accept-Encoding: gzip").body.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["packed", "kept-packed"])
@pytest.mark.parametrize("wish", ["gzip", "br", "identity"])
def test_what_the_vendor_packs_unasked_is_not_packed_twice_and_says_so(wire: Wire, name: str, wish: str) -> None:
    answer = look(wire, name, f"Accept-Encoding: {wish}")

    assert answer.field("content-encoding") == "gzip"
    assert gzip.decompress(answer.body) == LONG


@pytest.mark.parametrize("coding", [*PACKED, "identity"])
def test_a_copy_is_checked_whichever_way_it_came(wire: Wire, coding: str) -> None:
    first = look(wire, "kept", f"Accept-Encoding: {coding}")
    tag = first.field("etag") or ""
    assert (first.status, tag.endswith(f'-{coding}"')) == (200, coding in PACKED)

    for wish in (*PACKED, "identity"):
        again = look(wire, "kept", f"Accept-Encoding: {wish}", f"If-None-Match: {tag}")
        assert (again.status, again.body) == (304, b"")
    assert look(wire, "kept", f"Accept-Encoding: {coding}", 'If-None-Match: "other"').status == 200


def test_each_packing_has_a_tag_of_its_own(wire: Wire) -> None:
    tags = {look(wire, "kept", f"Accept-Encoding: {coding}").field("etag") for coding in (*PACKED, "identity")}

    assert len(tags) == 4
