"""The longest wait that is told is the longest that there is: a vendor that hangs makes callers wait just so long."""

from pathlib import Path

import pytest

from gateway import Call, Reply
from gateway.explaining.waiting import longest_wait
from gateway.plan import bind
from tests.gateway.explaining.plans import compiled, never
from tests.kit import call, clock, run

BRIEF = "timeout: {connect: 1s, attempt: 2s, total: 30s}\n"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (f"{BRIEF}endpoints: {{get: {{route: GET /x}}}}", 2.0),
        (f"{BRIEF}retry: {{attempts: 3, when: [timeout]}}\nendpoints: {{get: {{route: GET /x}}}}", 6.6),
        (f"{BRIEF}retry: {{attempts: 3, when: [timeout]}}\nendpoints: {{get: {{route: POST /x}}}}", 2.0),
        (
            f"{BRIEF}retry: {{attempts: 3, when: [timeout]}}\nendpoints: {{get: {{route: POST /x, idempotent: true}}}}",
            6.6,
        ),
        (
            f"{BRIEF}retry: {{attempts: 4, when: [timeout], backoff: {{initial: 1s, factor: 10, max: 3s}}}}\n"
            "endpoints: {get: {route: GET /x}}",
            4 * 2 + 1 + 3 + 3,
        ),
        (
            "timeout: {attempt: 2s, total: 5s}\nretry: {attempts: 3, when: [timeout]}\n"
            "endpoints: {get: {route: GET /x}}",
            5.0,
        ),
        ("timeout: {attempt: 20s, total: 5s}\nendpoints: {get: {route: GET /x}}", 5.0),
        ("endpoints: {get: {route: GET /x}}", 10.0),
    ],
)
def test_a_vendor_that_hangs_makes_a_caller_wait_as_long_as_is_told(tmp_path: Path, text: str, seconds: float) -> None:
    plan, _ = compiled(tmp_path, text)

    async def vendor(call: Call) -> Reply:
        await never()
        return Reply(200)

    assert longest_wait(plan.operation, plan.policies).seconds == pytest.approx(seconds)
    assert run(waited(bind(plan, vendor))) == pytest.approx(seconds, abs=0.05)


def test_a_vendor_that_asks_for_patience_is_waited_for_no_longer_than_is_told(tmp_path: Path) -> None:
    retry = "retry: {attempts: 3, when: [503], retry_after_max: 7s}"
    plan, _ = compiled(tmp_path, f"{BRIEF}{retry}\nendpoints: {{get: {{route: GET /x}}}}")

    async def vendor(call: Call) -> Reply:
        return Reply(503, ((b"retry-after", b"7"),))

    assert longest_wait(plan.operation, plan.policies).seconds == pytest.approx(3 * 2 + 2 * 7)
    assert run(waited(bind(plan, vendor))) == pytest.approx(14, abs=0.05)


@pytest.mark.parametrize(
    ("policy", "told"),
    [("rate_limit: {requests: 1, per: 1h, max_wait: 3s}", 5.0), ("bulkhead: {concurrent: 1, queue: 5}", 30.0)],
)
def test_queueing_is_part_of_it(tmp_path: Path, policy: str, told: float) -> None:
    plan, _ = compiled(tmp_path, f"{BRIEF}{policy}\nendpoints: {{get: {{route: GET /x}}}}")

    assert longest_wait(plan.operation, plan.policies).seconds == pytest.approx(told)


def test_where_less_can_add_up_the_sum_is_explained(tmp_path: Path) -> None:
    plan, _ = compiled(tmp_path, f"{BRIEF}retry: {{when: [timeout]}}\nendpoints: {{get: {{route: GET /x}}}}")

    assert longest_wait(plan.operation, plan.policies).why == "3 attempts of 2s + 600ms of waits between them"


def test_what_total_cuts_short_is_explained(tmp_path: Path) -> None:
    plan, _ = compiled(tmp_path, "retry: {}\nendpoints: {get: {route: GET /x}}")
    wait = longest_wait(plan.operation, plan.policies)

    assert wait.seconds == 20
    assert wait.why.startswith("`total` cuts short what could take 150s: 3 attempts of 10s + 2m of waits")


async def waited(handle: object) -> float:
    began = clock()
    await handle(call())  # type: ignore[operator]
    return clock() - began
