"""What is tried again, when, and how often; and what never is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from gateway import Call, Duration, FailureClass, Kit, Parameter, Percentage, Reply, Site, Verdict
from gateway.errors import (
    CircuitOpen,
    ConnectFailed,
    ContractViolation,
    GatewayError,
    InvalidRequest,
    ReducedCapacity,
    UpstreamFailure,
    UpstreamReset,
    UpstreamTimeout,
)
from gateway_policies import retry
from gateway_policies.retry import Backoff, Budget, Retry
from tests.kit import call, clock, kit, pipeline, run, site

Outcome = Reply | GatewayError
GET = site()
POST = site(method="POST")


def refusal(status: int, kind: FailureClass | None = None, retry_after: float | None = None) -> Reply:
    verdict = Verdict(slug="s", status=502, title="t", kind=kind, retry_after=retry_after)
    return Reply(status, verdict=verdict)


class Vendor:
    """Gives the outcomes in turn, the last one for ever; keeps what it was asked, and when."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = outcomes
        self.calls: list[Call] = []
        self.times: list[float] = []

    async def __call__(self, call: Call) -> Reply:
        outcome = self.outcomes[min(len(self.calls), len(self.outcomes) - 1)]
        self.calls.append(call)
        self.times.append(clock())
        if isinstance(outcome, GatewayError):
            raise outcome
        return outcome


def ask(
    vendor: Vendor,
    settings: Retry | None = None,
    *,
    at: Site = GET,
    using: Kit | None = None,
    asked: Callable[[], Call] = call,
) -> Outcome:
    """What the caller gets."""

    async def main() -> Outcome:
        try:
            return await pipeline(retry.policy, settings or Retry(), vendor, at=at, using=using)(asked())
        except GatewayError as error:
            return error

    return run(main())


OK = Reply(200, body=b"fine")


@pytest.mark.parametrize(
    "trouble",
    [ConnectFailed(), UpstreamReset(), UpstreamTimeout(), refusal(429), refusal(502), refusal(503), refusal(504)],
    ids=repr,
)
def test_a_read_that_failed_in_passing_is_tried_again(trouble: Outcome) -> None:
    vendor = Vendor(trouble, OK)
    assert ask(vendor) == OK
    assert [attempt.attempt for attempt in vendor.calls] == [1, 2]


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(404),
        refusal(500),
        refusal(503, "rejected"),
        refusal(503, "auth_failed"),
        InvalidRequest(),
        CircuitOpen(),
        ReducedCapacity(),
        ContractViolation(),
        Reply(202),
    ],
    ids=repr,
)
def test_what_another_attempt_cannot_mend_is_not_tried_again(trouble: Outcome) -> None:
    vendor = Vendor(trouble, OK)
    assert ask(vendor) is trouble
    assert len(vendor.calls) == 1


def test_a_refusal_that_a_rule_calls_transient_is_tried_again_whatever_its_status() -> None:
    assert ask(Vendor(refusal(400, "transient"), OK)) == OK


def test_a_refusal_that_a_rule_calls_rate_limited_counts_as_429() -> None:
    assert ask(Vendor(refusal(403, "rate_limited"), OK)) == OK
    assert ask(Vendor(refusal(403, "rate_limited"), OK), Retry(when=("connect",))) != OK


def test_a_hundred_of_statuses_can_be_named_at_once() -> None:
    assert ask(Vendor(refusal(507), OK), Retry(when=("5xx",))) == OK
    assert ask(Vendor(refusal(507), OK), Retry(when=("4xx",))) != OK


def test_the_last_failure_is_what_the_caller_gets() -> None:
    vendor = Vendor(UpstreamReset(), UpstreamTimeout(), refusal(502))
    assert ask(vendor) is vendor.outcomes[-1]
    assert len(vendor.calls) == 3


def test_the_wait_before_each_repeat_doubles_up_to_its_bound_and_is_jittered() -> None:
    vendor = Vendor(UpstreamReset())
    settings = Retry(attempts=5, backoff=Backoff(initial=Duration(1), max=Duration(3)))
    ask(vendor, settings, using=kit(random=0.5))
    gaps = [later - earlier for earlier, later in zip(vendor.times, vendor.times[1:], strict=False)]
    assert gaps == pytest.approx([0.5, 1, 1.5, 1.5])


def test_retry_after_is_obeyed_where_it_is_longer_than_our_own_wait() -> None:
    vendor = Vendor(refusal(503, retry_after=7), OK)
    assert ask(vendor) == OK
    assert vendor.times[1] - vendor.times[0] == pytest.approx(7)


def test_a_retry_after_beyond_the_limit_goes_to_the_caller_at_once() -> None:
    answer = refusal(429, "rate_limited", retry_after=61)
    vendor = Vendor(answer, OK)
    assert ask(vendor) is answer
    assert len(vendor.calls) == 1


def test_a_wait_that_the_deadline_would_cut_off_is_not_begun() -> None:
    answer = refusal(503, retry_after=5)
    vendor = Vendor(answer, OK)
    asked = call(deadline=1004.0)
    assert ask(vendor, asked=lambda: asked) is answer
    assert [(event.name, event.detail["reason"]) for event in asked.trail.events] == [("retry.refused", "deadline")]
    assert asked.trail.events[0].at == 1000.0


@pytest.mark.parametrize("trouble", [ConnectFailed(), refusal(429), UpstreamTimeout(), refusal(503)], ids=repr)
def test_a_write_is_never_repeated_unless_the_config_says_so(trouble: Outcome) -> None:
    vendor = Vendor(trouble, OK)
    ask(vendor, at=POST)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [
        (ConnectFailed(), 2),
        (refusal(429), 2),
        (refusal(403, "rate_limited"), 2),
        (UpstreamTimeout(), 1),
        (UpstreamReset(), 1),
        (refusal(502), 1),
        (refusal(503), 1),
        (refusal(400, "transient"), 1),
    ],
    ids=repr,
)
def test_a_write_is_repeated_where_the_vendor_surely_did_nothing(trouble: Outcome, attempts: int) -> None:
    vendor = Vendor(trouble, OK)
    ask(vendor, Retry(unsafe="known_unprocessed"), at=POST)
    assert len(vendor.calls) == attempts


@pytest.mark.parametrize(("key", "attempts"), [(b"k-1", 2), (b"", 1), (None, 1)])
def test_a_write_with_an_idempotency_key_is_repeated_like_a_read(key: bytes | None, attempts: int) -> None:
    vendor = Vendor(UpstreamTimeout(), OK)
    headers = () if key is None else ((b"idempotency-key", key),)
    ask(vendor, Retry(unsafe="with_idempotency_key"), at=POST, asked=lambda: call(headers=headers))
    assert len(vendor.calls) == attempts


def test_a_key_under_the_vendors_own_name_is_one_as_well() -> None:
    declared = Parameter(name="Idempotency-Key", place="header", vendor="Order-Token", schema={"type": "string"})
    at = site(method="POST", parameters=(declared,))
    settings, asked = Retry(unsafe="with_idempotency_key"), call(headers=((b"order-token", b"k-1"),))
    assert ask(Vendor(UpstreamTimeout(), OK), settings, at=at, asked=lambda: asked) == OK
    assert ask(Vendor(UpstreamTimeout(), OK), settings, at=POST, asked=lambda: asked) != OK


def test_an_endpoint_declared_idempotent_is_repeated_like_a_read() -> None:
    vendor = Vendor(UpstreamTimeout(), OK)
    assert ask(vendor, at=site(method="PATCH", idempotent=True)) == OK


async def upload() -> AsyncIterator[bytes]:
    yield b"part"


@pytest.mark.parametrize(("trouble", "attempts"), [(ConnectFailed(), 2), (refusal(429), 1), (UpstreamReset(), 1)])
def test_a_streamed_body_is_sent_again_only_if_nothing_of_it_was_sent(trouble: Outcome, attempts: int) -> None:
    vendor = Vendor(trouble, OK)
    ask(vendor, at=site(method="PUT"), asked=lambda: call(body=upload()))
    assert len(vendor.calls) == attempts


def test_a_streamed_answer_that_is_not_passed_on_is_closed() -> None:
    class Chunks:
        closed = False

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self

        async def __anext__(self) -> bytes:
            raise StopAsyncIteration

        async def aclose(self) -> None:
            self.closed = True

    chunks = Chunks()
    assert ask(Vendor(Reply(503, body=chunks), OK)) == OK
    assert chunks.closed


def test_a_dead_vendor_costs_at_most_a_fifth_more_than_the_arrivals_and_ten() -> None:
    vendor = Vendor(UpstreamReset())
    arrivals, shared = 500, kit()

    async def main() -> None:
        handler = pipeline(retry.policy, Retry(), vendor, using=shared)
        await asyncio.gather(*(handler(call()) for _ in range(arrivals)), return_exceptions=True)

    run(main())
    assert 1.15 * arrivals < len(vendor.calls) <= 1.2 * arrivals + 10


def test_the_endpoints_of_an_integration_share_one_budget() -> None:
    vendor, shared = Vendor(UpstreamReset()), kit()

    async def main() -> None:
        for name in [f"endpoint_{number}" for number in range(50)]:
            handler = pipeline(retry.policy, Retry(), vendor, at=site(f"crm.{name}", name=name), using=shared)
            with pytest.raises(UpstreamFailure):
                await handler(call())

    run(main())
    assert len(vendor.calls) <= 1.2 * 50 + 10


def test_a_budget_never_holds_more_than_ten() -> None:
    budget = Budget()
    for _ in range(1000):
        budget.earn(0.2)
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]


def test_the_trail_tells_what_was_repeated_and_why_it_ended() -> None:
    asked = call()
    ask(Vendor(refusal(503)), Retry(attempts=2), asked=lambda: asked)
    scheduled, refused = asked.trail.events
    assert scheduled.detail == {"delay": 0.1, "reason": "503", "attempt": 2, "of": 2, "method": "GET"}
    assert refused.detail == {"reason": "attempts", "failure": "503"}


def test_a_client_that_leaves_during_a_wait_ends_it() -> None:
    vendor = Vendor(refusal(503, retry_after=30), OK)

    async def main() -> None:
        task = asyncio.ensure_future(pipeline(retry.policy, Retry(), vendor)(call()))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])

    run(main())
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (Retry, {"budget": Percentage(1.5)}, "`budget` is more than 100%"),
        (Backoff, {"initial": Duration(0)}, "`initial` has to be more than zero"),
        (Backoff, {"initial": Duration(9)}, "`initial` is more than `max`"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(kind: Any, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(**fields)
