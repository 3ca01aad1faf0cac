"""Packed bodies are read as far as a bound, and nothing of them is believed that is damaged."""

import gzip
import tracemalloc
import zlib

import pytest

from gateway import Call, Reply
from gateway_policies import errors
from gateway_policies.errors_rules import ErrorRule, When
from gateway_policies.unpacking import MOST, plain
from tests.kit import call, pipeline, run

TEXT = b'{"code": 21211}'
GZIPPED = gzip.compress(TEXT, mtime=0)


def packed(body: bytes, how: bytes) -> Reply:
    return Reply(400, ((b"content-encoding", how),), body)


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (TEXT, b"identity"),
        (GZIPPED, b"gzip"),
        (GZIPPED, b" GZIP "),
        (GZIPPED, b"x-gzip"),
        (zlib.compress(TEXT), b"deflate"),
    ],
)
def test_what_is_packed_is_read(body: bytes, how: bytes) -> None:
    assert plain(packed(body, how)) == TEXT
    assert plain(Reply(400, (), TEXT)) == TEXT


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (TEXT, b"gzip"),
        (GZIPPED[:-4], b"gzip"),
        (GZIPPED, b"br"),
        (gzip.compress(GZIPPED, mtime=0), b"gzip, gzip"),
        (gzip.compress(b" " * (MOST + 1), mtime=0), b"gzip"),
    ],
)
def test_what_cannot_be_read_is_nothing(body: bytes, how: bytes) -> None:
    assert plain(packed(body, how)) == b""


def test_a_bomb_fills_no_memory() -> None:
    bomb = packed(gzip.compress(b"\0" * 200 * MOST), b"gzip")
    tracemalloc.start()
    assert plain(bomb) == b""
    assert tracemalloc.get_traced_memory()[1] < 4 * MOST
    tracemalloc.stop()


def test_a_rule_looks_into_what_came_packed() -> None:
    async def vendor(_: Call) -> Reply:
        return packed(GZIPPED, b"gzip")

    async def scenario() -> Reply:
        rule = ErrorRule(when=When(status=400, body={"code": 21211}), slug="wrong-number", status=422, title="Wrong")
        return await pipeline(errors.policy, (rule,), vendor)(call())

    assert run(scenario()).status == 422
