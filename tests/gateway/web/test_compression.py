"""Bodies are compressed when it is asked for, worth it, and not done already."""

import asyncio
import gzip
from collections.abc import Callable

import brotli
import pytest
import zstandard

from gateway.contract import Headers, first
from gateway.web.compression import compressed, preferred, without_suffix
from tests.kit import run

BODY = b'{"a": "b"}' * 500
JSON: Headers = ((b"content-type", b"application/json"), (b"etag", b'"abc"'))


@pytest.mark.parametrize(
    ("accept", "coding", "unpack"),
    [
        (b"gzip", b"gzip", gzip.decompress),
        (b"br", b"br", brotli.decompress),
        (b"zstd", b"zstd", lambda packed: zstandard.ZstdDecompressor().decompress(packed)),
    ],
)
def test_each_coding_unpacks_to_what_was_packed(accept: bytes, coding: bytes, unpack: Callable[[bytes], bytes]) -> None:
    body, headers = run(compressed(BODY, JSON, accept))

    assert first(headers, b"content-encoding") == coding
    assert first(headers, b"etag") == b'"abc-' + coding + b'"'
    assert first(headers, b"vary") == b"Accept-Encoding"
    assert unpack(body) == BODY
    assert len(body) < len(BODY)


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (b"gzip, br;q=0.5", "gzip"),
        (b"gzip, br, zstd", "zstd"),
        (b"*", "zstd"),
        (b"*;q=0, gzip;q=0.1", "gzip"),
        (b"identity", None),
        (b"", None),
        (b"gzip;q=0", None),
        (b"deflate;q=1.0, gzip;q=oops", None),
    ],
)
def test_the_client_says_what_it_prefers(accept: bytes, best: str | None) -> None:
    assert preferred(accept) == best


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", JSON),
        (BODY, ((b"content-type", b"image/png"),)),
        (BODY, (*JSON, (b"content-encoding", b"gzip"))),
        (BODY, ()),
    ],
)
def test_what_is_small_or_packed_already_is_left_alone(body: bytes, headers: Headers) -> None:
    assert run(compressed(body, headers, b"gzip")) == (body, headers)


def test_a_large_body_is_packed_away_from_the_loop() -> None:
    body, _ = asyncio.run(compressed(BODY * 100, JSON, b"gzip"))

    assert gzip.decompress(body) == BODY * 100


def test_the_mark_of_a_coding_is_taken_off_again() -> None:
    headers = ((b"if-none-match", b'"abc-gzip", W/"d", "e-br"'), (b"x", b'"y-gzip"'))

    assert without_suffix(headers) == ((b"if-none-match", b'"abc", W/"d", "e"'), (b"x", b'"y-gzip"'))
