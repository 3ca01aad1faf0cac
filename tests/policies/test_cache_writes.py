"""What a write makes of what is kept."""

import asyncio
from typing import Any

import pytest

from gateway import Call, Handler, Reply, Verdict
from gateway.errors import (
    CircuitOpen,
    ConnectFailed,
    ContractViolation,
    InvalidRequest,
    OutcomeUnknown,
    UpstreamReset,
    UpstreamTimeout,
)
from tests.kit import call, run
from tests.policies.cached import Vendor, World, notes, told


async def failing(handler: Handler, asked: Call) -> None:
    """Asks, whatever comes of it."""
    await asyncio.gather(handler(asked), return_exceptions=True)


def written(
    outcome: Any, *invalidates: str, tags: tuple[str, ...] = ("people",), earlier: str | None = None
) -> tuple[bytes, Call]:
    """What a reader gets after a write with this outcome, who had `answer 1` before; and the write's call."""

    async def write(call: Call) -> Reply:
        if earlier is not None:
            call.trail.note("attempt.failed", failure=None, slug=earlier, attempt=1)
        if isinstance(outcome, Reply):
            return outcome
        raise outcome

    async def main() -> tuple[bytes, Call]:
        world, writing = World(), call(method="POST")
        reading = world.endpoint(Vendor(), tags=tags)
        await reading(call())
        await failing(world.write(write, *invalidates), writing)
        return told(await reading(call()))[0], writing

    return run(main())


@pytest.mark.parametrize("outcome", [Reply(201), Reply(204), Reply(302), OutcomeUnknown(), UpstreamTimeout()])
def test_a_write_drops_what_has_its_tags(outcome: Any) -> None:
    body, writing = written(outcome, "other", "people")
    assert body == b"answer 2"
    assert notes(writing) == ["cache.invalidated"]
    assert writing.trail.events[0].detail == {"tags": ("other", "people")}


@pytest.mark.parametrize("outcome", [ContractViolation(), asyncio.CancelledError(), KeyError("a bug")])
def test_a_write_that_the_vendor_may_have_done_drops_too(outcome: BaseException) -> None:
    assert written(outcome, "people")[0] == b"answer 2"


REFUSAL = Reply(200, (), b"", Verdict(slug="x", status=422, title="X"))


@pytest.mark.parametrize("outcome", [Reply(400), Reply(503), REFUSAL, CircuitOpen(), ConnectFailed(), InvalidRequest()])
def test_a_write_that_was_refused_drops_nothing(outcome: Any) -> None:
    body, writing = written(outcome, "people")
    assert body == b"answer 1"
    assert notes(writing) == []


@pytest.mark.parametrize("outcome", [Reply(404), CircuitOpen(), ConnectFailed()])
@pytest.mark.parametrize(("slug", "body"), [("upstream-timeout", b"answer 2"), ("upstream-unreachable", b"answer 1")])
def test_a_write_whose_earlier_attempt_may_have_been_done_drops(outcome: Any, slug: str, body: bytes) -> None:
    assert written(outcome, "people", earlier=slug)[0] == body


def test_a_write_leaves_alone_what_has_other_tags_or_is_another_integrations() -> None:
    assert written(Reply(201), "companies")[0] == b"answer 1"
    assert written(Reply(201), "people", tags=())[0] == b"answer 1"

    async def main() -> bytes:
        world = World()
        reading = world.endpoint(Vendor(), {"integration": "erp"}, tags=("people",))
        await reading(call())
        await world.write(_accepted, "people", "*")(call(method="POST"))
        return told(await reading(call()))[0]

    assert run(main()) == b"answer 1"


def test_a_star_drops_all_that_is_kept_of_the_integration() -> None:
    assert written(Reply(201), "*", tags=())[0] == b"answer 2"


def test_a_native_write_drops_whatever_the_settings_say() -> None:
    async def main() -> None:
        world, vendor = World(), Vendor()
        reading = world.endpoint(vendor)
        native = {"native": True, "method": "POST", "invalidates": ("*",)}
        writing = world.endpoint(_accepted, native)
        await reading(call())
        assert await writing(call(method="POST")) == Reply(201)
        assert told(await reading(call()))[0] == b"answer 2"

    run(main())


async def _accepted(call: Call) -> Reply:
    return Reply(201)


def test_an_endpoint_that_writes_may_inherit_the_cache_of_its_integration() -> None:
    async def main() -> None:
        world = World()
        reading = world.endpoint(Vendor(), tags=("people",))
        writing = world.endpoint(_accepted, {"name": "add", "method": "POST", "invalidates": ("people",)})
        await reading(call())
        asked = call(method="POST")
        assert told(await writing(asked)) == (b"", b"fwd=bypass")
        assert notes(asked) == ["cache.bypass", "cache.invalidated"]
        assert told(await reading(call()))[0] == b"answer 2"

    run(main())


def test_what_was_asked_before_a_write_is_not_kept_after_it_and_nobody_joins_it() -> None:
    async def main() -> None:
        world, vendor = World(), Vendor()
        reading, writing = world.endpoint(vendor, tags=("people",)), world.write(_accepted, "people")
        before = call()
        early = asyncio.ensure_future(reading(before))
        await asyncio.sleep(0.5)
        await writing(call(method="POST"))
        late = await reading(call())
        assert told(await early) == (b"answer 1", b"fwd=uri-miss")
        assert notes(before) == ["cache.miss"]
        assert told(late) == (b"answer 2", b"fwd=uri-miss; stored; ttl=60")
        assert told(await reading(call()))[0] == b"answer 2"

    run(main())


def test_what_a_write_dropped_is_not_given_where_the_vendor_fails() -> None:
    async def main() -> None:
        world, vendor = World(), Vendor()
        reading = world.endpoint(vendor, tags=("people",), stale_if_error=600.0, stale_while_revalidate=30.0)
        writing = world.write(_accepted, "people")
        await reading(call())
        await asyncio.sleep(100)
        vendor.down = UpstreamReset()
        failed = asyncio.ensure_future(reading(call()))
        await asyncio.sleep(0.5)
        await writing(call(method="POST"))
        with pytest.raises(UpstreamReset):
            await failed
        with pytest.raises(UpstreamReset):
            await reading(call())

    run(main())
