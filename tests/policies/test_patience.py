"""What a caller who will not wait so long may ask for, and what comes of it."""

import asyncio

import pytest

from gateway import Call, Reply
from gateway.errors import CircuitOpen, InvalidRequest, UpstreamTimeout
from gateway_policies import breaker, timeout
from gateway_policies.breaker_settings import Breaker
from tests.kit import call, clock, kit, pipeline, run, site


async def slow(call: Call) -> Reply:
    await asyncio.sleep(60)
    return Reply(200)


def asking(*values: str) -> Call:
    return call(headers=tuple((b"x-request-timeout", value.encode()) for value in values))


def waited(*values: str) -> float:
    """Seconds until the caller is told that there was no answer in time."""

    async def main() -> float:
        began = clock()
        with pytest.raises(UpstreamTimeout):
            await pipeline(timeout.policy, None, slow)(asking(*values))
        return clock() - began

    return run(main())


@pytest.mark.parametrize(("value", "seconds"), [("2", 2), ("0.5", 0.5), ("1.25e1", 10), ("5E-1", 0.5)])
def test_a_caller_may_wait_for_less(value: str, seconds: float) -> None:
    assert waited(value) == pytest.approx(seconds)


def test_a_caller_cannot_wait_for_longer() -> None:
    async def main() -> None:
        deadline, asked = timeout.policy.build(None, site(), kit())["deadline"], asking("3600")
        began = clock()
        with pytest.raises(UpstreamTimeout):
            await deadline(asked, slow)
        assert clock() - began == pytest.approx(20)
        assert asked.trail.count("deadline.shortened") == 0

    run(main())


@pytest.mark.parametrize("value", ["", "0", "0.0", "-1", "soon", "1s", "1,5", "inf", "nan", "0x10", "1_000", "1e-999"])
def test_what_is_no_time_is_refused(value: str) -> None:
    async def main() -> None:
        with pytest.raises(InvalidRequest) as refused:
            await pipeline(timeout.policy, None, slow)(asking(value))
        assert [(one.place, one.name) for one in refused.value.violations] == [("header", "X-Request-Timeout")]

    run(main())


def test_two_times_are_refused() -> None:
    async def main() -> None:
        with pytest.raises(InvalidRequest, match="more than once"):
            await pipeline(timeout.policy, None, slow)(asking("1", "2"))

    run(main())


def test_the_impatience_of_a_caller_opens_no_breaker() -> None:
    async def main() -> None:
        world = kit()
        bounds = timeout.policy.build(None, site(), world)
        attempt = pipeline(
            breaker.policy, Breaker(failures=1), lambda asked: bounds["timeout"](asked, slow), using=world
        )
        for asked in [asking("6"), asking("6"), call()]:
            with pytest.raises(UpstreamTimeout):
                await bounds["deadline"](asked, attempt)
        with pytest.raises(CircuitOpen):  # which the third one's time-out has opened
            await bounds["deadline"](call(), attempt)

    run(main())


def test_what_the_caller_asked_for_is_on_the_trail() -> None:
    async def main() -> list[str]:
        asked = asking("2")
        with pytest.raises(UpstreamTimeout):
            await pipeline(timeout.policy, None, slow)(asked)
        return [event.name for event in asked.trail.events]

    assert run(main()) == ["deadline.shortened", "deadline.exceeded"]
