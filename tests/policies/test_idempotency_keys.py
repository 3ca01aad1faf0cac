"""Keys that the vendor is sent too, and requests that are told apart by their bodies."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway import Call, Duration, Parameter, Reply
from gateway.errors import UpstreamTimeout
from tests.kit import run
from tests.policies.idempotent import Vendor, endpoint, outcome, outcomes, processes, write

TOLD = {"parameters": (Parameter(name="idempotency-key", place="header", vendor="order-token", schema={}),)}


def sent(asked: Call) -> bytes | None:
    return asked.header(b"idempotency-key")


def test_a_vendor_that_takes_keys_is_asked_again_with_the_same_one() -> None:
    async def main() -> None:
        vendor = Vendor(UpstreamTimeout(), Reply(201))
        here, there = (endpoint(vendor, each, TOLD) for each in processes(2))
        assert await outcome(here, write()) == "upstream-timeout"
        assert await outcome(there, write(body=b"[]")) == "idempotency-mismatch"
        assert await outcome(there, write()) == "201"
        assert await outcome(here, write()) == "201 again"
        first, second = map(sent, vendor.calls)
        assert first == second
        assert uuid.UUID((first or b"").decode())

    run(main())


def test_a_vendor_never_takes_two_callers_keys_for_one() -> None:
    async def main() -> list[bytes | None]:
        vendor = Vendor()
        await outcomes(endpoint(vendor, fields=TOLD), write(), write(caller="bob"), write("k-2"))
        return [sent(asked) for asked in vendor.calls]

    assert len(set(run(main()))) == 3


def test_without_a_key_the_vendor_is_sent_none() -> None:
    vendor = Vendor(UpstreamTimeout())
    told = run(outcomes(endpoint(vendor, fields=TOLD, key="header_or_body_hash"), write(None), write(None)))
    assert told == ["upstream-timeout", "idempotency-outcome-unknown"]
    assert [sent(asked) for asked in vendor.calls] == [None]


async def part() -> AsyncIterator[bytes]:
    yield b"part"


@pytest.mark.parametrize("fields", [{"method": "PUT"}, {"method": "DELETE"}, {"idempotent": True}, {"stream": True}])
def test_bodies_tell_nothing_where_a_repeat_does_no_harm_or_where_they_are_not_whole(fields: dict[str, Any]) -> None:
    bodies: list[Any] = [part(), part()] if "stream" in fields else [b"{}", b"{}"]
    assert run(outcomes(by_body(Vendor(), fields=fields), *(write(None, body=body) for body in bodies))) == [
        "201",
        "201",
    ]


def by_body(vendor: Vendor, **settings: Any) -> Any:
    return endpoint(vendor, key="header_or_body_hash", **settings)


def test_an_equal_body_of_the_same_caller_is_a_repeat() -> None:
    vendor = Vendor()
    others = (write(None, body=b"[]"), write(None, caller="bob"), write(None, query=(("a", "1"),)))
    told = run(outcomes(by_body(vendor), write(None), write(None), *others))
    assert told == ["201", "201 again", "201", "201", "201"]


def test_an_equal_body_is_another_request_after_a_minute() -> None:
    async def main() -> list[str]:
        handler = by_body(Vendor())
        told = await outcomes(handler, write(None))
        await asyncio.sleep(59)
        told += await outcomes(handler, write(None))
        await asyncio.sleep(2)
        return told + await outcomes(handler, write(None))

    assert run(main()) == ["201", "201 again", "201"]


def test_a_window_that_is_shorter_holds_for_bodies_too() -> None:
    async def main() -> list[str]:
        handler = by_body(Vendor(), window=Duration(10))
        told = await outcomes(handler, write(None))
        await asyncio.sleep(11)
        return told + await outcomes(handler, write(None))

    assert run(main()) == ["201", "201"]


def test_a_body_that_comes_again_while_it_is_worked_on_waits_for_its_answer() -> None:
    async def main() -> list[str]:
        handler = by_body(Vendor(seconds=90))
        first = asyncio.ensure_future(outcome(handler, write(None)))
        await asyncio.sleep(80)
        second = await outcome(handler, write(None))
        return [await first, second, await outcome(handler, write(None))]

    assert run(main()) == ["201", "idempotency-in-flight", "201 again"]


def test_who_sends_a_key_means_it() -> None:
    vendor = Vendor()
    assert run(outcomes(by_body(vendor), write("a"), write("b"), write(None), write("a"))) == [
        "201",
        "201",
        "201",
        "201 again",
    ]
