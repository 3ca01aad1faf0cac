"""What failed or was slow is kept although nobody chose it beforehand."""

from typing import Any

import pytest

from gateway.tracing.keeping import keeping
from tests.gateway.observing.records import finished
from tests.kit import operation

keeps = keeping(1.0)


@pytest.mark.parametrize(
    ("status", "kept"), [(200, False), (301, False), (404, False), (499, False), (500, True), (503, True)]
)
def test_failures_are_kept(status: int, kept: bool) -> None:
    assert keeps(finished(status=status)) is kept


def test_what_took_too_long_is_kept() -> None:
    assert not keeps(finished(ended=1000.99))
    assert keeps(finished(ended=1001.0))
    assert keeps(finished(status=499, ended=1001.0))


def test_of_a_stream_the_time_until_it_begins_counts() -> None:
    stream = operation(stream=True)
    soon = finished(("attempt.answered", {"status": 200}), operation=stream, ended=1060.0)

    assert not keeps(soon)
    assert keeps(finished(operation=stream, ended=1060.0))
    assert keeps(finished(("attempt.answered", {"status": 200}), operation=operation(), ended=1060.0))


@pytest.mark.parametrize(
    ("event", "detail", "kept"),
    [
        ("attempt.answered", {"status": 404}, False),
        ("attempt.answered", {"status": 400}, False),
        ("attempt.answered", {"status": 429}, True),
        ("attempt.answered", {"status": 401}, True),
        ("attempt.answered", {"status": 503}, True),
        ("attempt.failed", {"failure": "reset", "slug": "upstream-error"}, True),
        ("attempt.failed", {"failure": None, "slug": "cancelled"}, False),
        ("throttle.refused", {"retry_after": 1.0}, True),
        ("quota.refused", {"retry_after": 1.0}, False),
    ],
)
def test_a_refusal_is_kept_where_the_vendor_and_not_the_caller_is_why(event: str, detail: Any, kept: bool) -> None:
    assert keeps(finished((event, detail), status=422)) is kept
    assert not keeps(finished((event, detail), status=200))
