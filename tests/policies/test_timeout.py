"""The two bounds on a request and the one on a stream."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from gateway import Call, Duration, Handler, Reply
from gateway.errors import UpstreamTimeout
from gateway.units import read_unit
from gateway_policies import timeout
from gateway_policies.streams import close
from gateway_policies.timeout import Timeout, allowance
from tests.kit import call, clock, kit, pipeline, run, site


def answers_after(seconds: float) -> Handler:
    async def send(call: Call) -> Reply:
        await asyncio.sleep(seconds)
        return Reply(200, body=b"late")

    return send


class Drip:
    """A body whose chunks take as long as told; knows whether it was closed."""

    def __init__(self, *pauses: float) -> None:
        self.pauses = list(pauses)
        self.closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self.pauses:
            raise StopAsyncIteration
        await asyncio.sleep(self.pauses.pop(0))
        return b"drop"

    async def aclose(self) -> None:
        self.closed = True


def streaming(drip: Drip) -> Handler:
    async def send(call: Call) -> Reply:
        return Reply(200, body=drip)

    return send


async def chunks(reply: Reply) -> list[bytes]:
    assert not isinstance(reply.body, bytes)
    return [chunk async for chunk in reply.body]


async def failure(handler: Handler, asked: Call) -> tuple[UpstreamTimeout, float]:
    """What the call failed with, and after how many seconds."""
    began = clock()
    with pytest.raises(UpstreamTimeout) as caught:
        await handler(asked)
    return caught.value, clock() - began


def test_a_vendor_in_time_is_not_disturbed() -> None:
    async def main() -> None:
        assert (await pipeline(timeout.policy, Timeout(), answers_after(9.9))(call())).body == b"late"

    run(main())


def test_an_attempt_ends_after_its_time() -> None:
    async def main() -> None:
        asked = call()
        error, took = await failure(pipeline(timeout.policy, Timeout(attempt=Duration(3)), answers_after(60)), asked)
        assert took == pytest.approx(3)
        assert error.failure == "timeout"
        assert [event.name for event in asked.trail.events] == ["timeout.exceeded"]

    run(main())


def test_the_total_bounds_everything_below_the_deadline_stage() -> None:
    async def main() -> None:
        asked = call()

        async def five_slow_attempts(attempt: Call) -> Reply:
            for _ in range(5):
                await asyncio.sleep(9)
            return Reply(200)

        deadline = timeout.policy.build(Timeout(), site(), kit())["deadline"]
        error, took = await failure(lambda given: deadline(given, five_slow_attempts), asked)
        assert took == pytest.approx(20)
        assert error.status == 504
        assert [event.name for event in asked.trail.events] == ["deadline.exceeded"]

    run(main())


def test_the_stages_below_can_read_the_deadline() -> None:
    async def main() -> None:
        seen: list[float] = []

        async def send(call: Call) -> Reply:
            seen.append(call.deadline - clock())
            return Reply(200)

        await pipeline(timeout.policy, Timeout(total=Duration(7)), send)(call())
        assert seen == [pytest.approx(7)]

    run(main())


def test_a_deadline_that_is_already_set_is_never_put_off() -> None:
    async def main() -> None:
        handler = pipeline(timeout.policy, Timeout(), answers_after(60))
        _, took = await failure(handler, call(deadline=clock() + 1))
        assert took == pytest.approx(1)

    run(main())


def test_an_attempt_that_the_total_cuts_short_fails_as_an_attempt_so_that_the_breaker_hears_of_it() -> None:
    async def main() -> None:
        asked = call()
        settings = Timeout(attempt=Duration(60), total=Duration(20))
        _, took = await failure(pipeline(timeout.policy, settings, answers_after(99)), asked)
        assert took == pytest.approx(20, abs=0.05)
        assert [event.name for event in asked.trail.events] == ["timeout.exceeded"]

    run(main())


def test_an_attempt_that_had_hardly_any_time_is_ended_by_the_deadline_itself() -> None:
    assert allowance(10, 25) == 10
    assert allowance(10, 8) == pytest.approx(7.99)
    assert allowance(10, 2) is None


def test_a_time_out_raised_by_something_below_stays_what_it_is() -> None:
    async def main() -> None:
        async def broken(call: Call) -> Reply:
            raise TimeoutError("not ours")

        with pytest.raises(TimeoutError, match="not ours"):
            await pipeline(timeout.policy, Timeout(), broken)(call())

    run(main())


def test_a_client_that_leaves_is_no_time_out() -> None:
    async def main() -> None:
        asked = call()
        task = asyncio.ensure_future(pipeline(timeout.policy, Timeout(), answers_after(60))(asked))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asked.trail.events == []

    run(main())


def test_a_stream_may_last_longer_than_any_limit() -> None:
    async def main() -> None:
        handler = pipeline(timeout.policy, Timeout(), streaming(Drip(*[20.0] * 10)))
        assert await chunks(await handler(call())) == [b"drop"] * 10

    run(main())


def test_a_silent_stream_is_given_up_and_closed() -> None:
    async def main() -> None:
        drip = Drip(1, 31)
        reply = await pipeline(timeout.policy, Timeout(), streaming(drip))(call())
        with pytest.raises(UpstreamTimeout, match="silent for 30 seconds"):
            await chunks(reply)
        assert drip.closed

    run(main())


def test_closing_a_stream_that_was_never_read_closes_the_vendors() -> None:
    async def main() -> None:
        drip = Drip(1)
        reply = await pipeline(timeout.policy, Timeout(), streaming(drip))(call())
        await close(reply.body)
        assert drip.closed

    run(main())


def test_without_settings_the_defaults_hold() -> None:
    async def main() -> None:
        _, took = await failure(pipeline(timeout.policy, None, answers_after(60)), call())
        assert took == pytest.approx(10)

    run(main())


@pytest.mark.parametrize("field", ["connect", "attempt", "total", "idle"])
def test_a_limit_of_nothing_is_refused(field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"`{field}` has to be more than zero"):
        msgspec.convert({field: "0s"}, Timeout, dec_hook=read_unit)
