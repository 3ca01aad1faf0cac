"""The document tells of every header field that an answer can carry."""

from typing import Any

import msgspec
import pytest

from gateway.openapi import CORS, HSTS
from tests.gateway.documents import endpoint, entry, placed, written


def fields(told: dict[str, Any], status: str = "200") -> set[str]:
    return set(told["responses"][status]["headers"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_a_cached_endpoint_says_where_its_answer_came_from_whatever_its_method(method: str) -> None:
    assert {"Age", "Cache-Status"} <= fields(endpoint("cache", method=method))


def test_a_stream_is_never_cached() -> None:
    assert {"Age", "Cache-Status"}.isdisjoint(fields(endpoint("cache", stream=True)))


def test_a_problem_may_be_packed() -> None:
    assert "Content-Encoding" in fields(endpoint(), "400")


def test_what_the_server_adds_is_told_of_on_every_answer() -> None:
    one = msgspec.structs.replace(entry(), fields=(HSTS, *CORS))
    told = placed(written(one), one.operation)

    assert all({HSTS, *CORS} <= fields(told, status) for status in told["responses"])
