"""One line for each request: whole, in JSON, and never in the way of one."""

import os
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from gateway import Finished, Trace
from gateway.observing.access import Access, least_of
from gateway.observing.outlet import MOST, Outlet
from tests.gateway.observing.records import finished
from tests.kit import kit, run


def lines(batch: Sequence[Finished], least: int = 0) -> list[dict[str, Any]]:
    """What is written of these requests."""
    inward, outward = os.pipe()

    async def main() -> None:
        access = Access(kit(now=1_777_889_472.0), Outlet(outward), least=least)
        access(batch)
        access.stop()

    try:
        run(main())
        os.close(outward)
        with os.fdopen(inward, "rb") as written:
            return [msgspec.json.decode(line) for line in written]
    except BaseException:
        os.close(outward)
        raise


def test_a_line_says_who_was_answered_how_and_after_how_long() -> None:
    trace = Trace(0xABC, 1, 0, b"", sampled=True)

    (line,) = lines([finished(status=503, slug="circuit-open", attempts=2, upstream=0.1, trace=trace)])

    assert line == {
        "time": "2026-05-04T10:11:12.250Z",
        "level": "error",
        "event": "request",
        "correlation_id": "c-1",
        "method": "GET",
        "status": 503,
        "duration_ms": 250.0,
        "integration": "crm",
        "endpoint": "list_contacts",
        "slug": "circuit-open",
        "caller": "ann",
        "attempts": 2,
        "upstream_ms": 100.0,
        "trace_id": f"{0xABC:032x}",
    }


def test_what_no_endpoint_answered_has_a_line_too() -> None:
    (line,) = lines([finished(operation=None, status=404, slug="no-such-endpoint", caller="")])

    assert "integration" not in line
    assert (line["status"], line["level"]) == (404, "info")


def test_only_errors_are_written_where_only_errors_are_wanted() -> None:
    batch = [finished(status=200), finished(status=404), finished(status=500)]

    assert [line["status"] for line in lines(batch, least=400)] == [404, 500]


def test_the_environment_says_which_and_a_word_that_is_none_is_refused() -> None:
    assert [least_of({"GATEWAY_ACCESS_LOG": word}) for word in ("all", "errors", "off", "")] == [0, 400, None, 0]
    with pytest.raises(ValueError, match="must be all, errors or off, got 'some'"):
        least_of({"GATEWAY_ACCESS_LOG": "some"})


def test_a_reader_that_stands_still_holds_up_nobody_and_hears_how_many_lines_it_missed() -> None:
    inward, outward = os.pipe()
    outlet = Outlet(outward)
    for _ in range(MOST // 1_000 + 20):  # far more than a pipe and the queue hold; returns at once
        outlet.write([b'{"n":1}' + b" " * 200] * 1_000)

    seen = bytearray()

    def read() -> None:
        while chunk := os.read(inward, 65_536):
            seen.extend(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    while outlet._waiting:
        outlet.write([])
    outlet.stop()
    os.close(outward)
    reader.join(20)
    os.close(inward)
    written = [msgspec.json.decode(line) for line in bytes(seen).splitlines()]
    dropped = sum(line.get("lines", 0) for line in written)
    assert dropped > 0
    assert dropped + sum("n" in line for line in written) == (MOST // 1_000 + 20) * 1_000


def test_nobody_at_the_other_end_is_no_failure() -> None:
    inward, outward = os.pipe()
    os.close(inward)
    outlet = Outlet(outward)
    outlet.write([b"{}"])
    outlet.stop()
    os.close(outward)
