"""Whether a request was sent is the question every repeat depends on: each engine answers it alike, in every case."""

import contextlib

import pytest

from gateway.errors import (
    ConnectFailed,
    ConnectTimeout,
    InvalidRequest,
    NameNotResolved,
    UpstreamReset,
)
from tests.faults import ports
from tests.faults.cases import CASES, MEBIBYTE
from tests.faults.server import Vendor
from tests.gateway.upstream.asking import HOST, ask, post, run
from tests.gateway.upstream.conftest import Start


def test_a_refused_connection_is_not_sent(start: Start) -> None:
    async def main() -> None:
        async with start() as engine:
            with pytest.raises(ConnectFailed):
                await post(engine, f"http://{HOST}:{ports.refused()}/")
            with pytest.raises(ConnectFailed):
                await post(engine, f"https://{HOST}:{ports.refused()}/")

    run(main())


def test_a_name_that_does_not_resolve_is_not_sent(start: Start) -> None:
    async def main() -> None:
        async with start() as engine:
            with pytest.raises(NameNotResolved):
                await post(engine, "http://nowhere.invalid/")

    run(main())


def test_a_connection_that_is_not_accepted_in_time_is_not_sent(start: Start) -> None:
    async def main() -> None:
        with ports.unanswered() as port:
            async with start() as engine:
                with pytest.raises(ConnectTimeout):
                    await post(engine, f"http://{HOST}:{port}/", connect_timeout=0.2)

    run(main())


@pytest.mark.parametrize("url", ["http://", "ftp://vendor.example/", "http://user@vendor.example/", "http://a..b/"])
def test_a_url_that_leads_nowhere_is_not_sent(start: Start, url: str) -> None:
    async def main() -> None:
        async with start() as engine:
            with pytest.raises(NameNotResolved):
                await post(engine, url)

    run(main())


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/drop", "/reset"])
def test_a_connection_that_ends_without_an_answer_leaves_the_outcome_unknown(
    start: Start, path: str, method: str
) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await ask(engine, vendor.url(path, HOST), method=method)
            assert len(vendor.seen) == 1

    run(main())


def test_a_connection_that_ends_while_the_request_is_sent_leaves_the_outcome_unknown(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(UpstreamReset):
                await post(engine, vendor.url("/drop-while-sending", HOST), bytes(20 * MEBIBYTE))
            assert len(vendor.seen) == 1

    run(main())


@pytest.mark.parametrize("path", ["/drop", "/reset"])
def test_a_request_on_a_used_connection_is_never_sent_twice(start: Start, path: str) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            await post(engine, vendor.url("/accepted", HOST))
            with pytest.raises(UpstreamReset):
                await post(engine, vendor.url(path, HOST))
            assert (len(vendor.seen), vendor.connections) == (2, 1)

    run(main())


def test_a_connection_closed_while_idle_costs_no_request_and_repeats_none(start: Start) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            for number in range(20):
                await post(engine, vendor.url("/closes-idle", HOST))
                with contextlib.suppress(UpstreamReset):
                    await post(engine, vendor.url("/accepted", HOST))
                seen = [exchange.target for exchange in vendor.seen]
                assert seen.count(b"/closes-idle") == number + 1
                assert seen.count(b"/accepted") <= number + 1

    run(main())


@pytest.mark.parametrize(
    ("name", "value"),
    [(b"x-a", b"1\r\nx-b: 2"), (b"x-a", b"1\x002"), (b"x a", b"1"), (b"", b"1"), (b"x-a\r\nx-b", b"1")],
)
def test_a_field_that_would_end_its_line_is_never_written(start: Start, name: bytes, value: bytes) -> None:
    async def main() -> None:
        async with Vendor(CASES) as vendor, start() as engine:
            with pytest.raises(InvalidRequest):
                await ask(engine, vendor.url("/echo", HOST), headers=((name, value),))
            assert all(exchange.field(b"x-b") == [] for exchange in vendor.seen)

    run(main())
