"""Tries again when the vendor fails in a way that another attempt may mend, and never when that could act twice.

    retry:
      attempts: 3
      backoff: {initial: 200ms, factor: 2, max: 5s}
      when: [connect, reset, timeout, 429, 502, 503, 504]
      unsafe: known_unprocessed
      budget: 20%
      retry_after_max: 60s

The waits have full jitter, and a vendor's Retry-After is obeyed. A budget for each integration keeps the repeats from
multiplying the load on a vendor that is down. A refusal by the gateway itself, an open circuit say, is never repeated.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec

from gateway import Call, Duration, Handler, Kit, Operation, Percentage, Policy, Reply, Settings, Site, Stage
from gateway.errors import UpstreamFailure
from gateway_policies.checks import ordered, positive
from gateway_policies.failure_classes import FailureClass, failures, statuses
from gateway_policies.idempotency_keys import vendor_fields
from gateway_policies.streams import close

TOO_MANY = 429
CAPACITY = 10.0
"""Repeats that an integration may make out of nothing: its budget is full at the start."""


class Backoff(Settings, frozen=True, kw_only=True):
    """How the waits between attempts grow; each is drawn at random between nothing and the longest it may be."""

    initial: Annotated[
        Duration, msgspec.Meta(description="The longest wait before the first repeat.", examples=["200ms"])
    ] = Duration(0.2)
    factor: Annotated[
        float,
        msgspec.Meta(
            ge=1, le=10, description="By how much the longest wait grows with each further repeat.", examples=[2]
        ),
    ] = 2.0
    max: Annotated[
        Duration,
        msgspec.Meta(
            description="What no wait of our own exceeds. A vendor's Retry-After may be longer: see `retry_after_max`.",
            examples=["5s"],
        ),
    ] = Duration(5)

    def __post_init__(self) -> None:
        positive(self, "initial")
        ordered(self, "initial", "max")

    def longest(self, attempt: int) -> float:
        """Seconds that the wait after this attempt may take at most."""
        return float(min(self.max, self.initial * self.factor ** (attempt - 1)))


class Retry(Settings, frozen=True, kw_only=True):
    """When to try again, how often, and after how long."""

    attempts: Annotated[
        int,
        msgspec.Meta(
            ge=1, le=10, description="How often the vendor is asked at most, the first time included.", examples=[3]
        ),
    ] = 3
    backoff: Annotated[
        Backoff,
        msgspec.Meta(
            description="The waits between attempts; each is drawn at random between nothing and the longest.",
            examples=[{"initial": "200ms", "factor": 2, "max": "5s"}],
        ),
    ] = Backoff()
    when: Annotated[
        tuple[FailureClass, ...],
        msgspec.Meta(
            description="What is worth another attempt: `connect` (not sent), `reset` and `timeout` (outcome unknown), "
            "statuses, `4xx`, `5xx`.",
            examples=[["connect", "reset", "timeout", 429, "5xx"]],
        ),
    ] = ("connect", "reset", "timeout", 429, 502, 503, 504)
    unsafe: Annotated[
        Literal["never", "known_unprocessed", "with_idempotency_key"],
        msgspec.Meta(
            description="Whether a write that is not idempotent may be repeated: `never`, `known_unprocessed` (only "
            "after a 429 or where the request was not sent), `with_idempotency_key` (where the vendor is sent one).",
            examples=["known_unprocessed"],
        ),
    ] = "never"
    budget: Annotated[
        Percentage,
        msgspec.Meta(
            description="How many repeats each request of this integration earns on average; ten are free. Keeps "
            "repeats from burying a vendor that is down.",
            examples=["20%"],
        ),
    ] = Percentage(0.2)
    retry_after_max: Annotated[
        Duration,
        msgspec.Meta(
            description="The longest Retry-After of the vendor that is waited for; a longer one goes to the caller at "
            "once.",
            examples=["60s"],
        ),
    ] = Duration(60)

    def __post_init__(self) -> None:
        if self.budget > 1:
            raise ValueError("`budget` is more than 100%")


class Budget:
    """A token bucket: each request of an integration adds a share of a repeat, each repeat takes one."""

    def __init__(self) -> None:
        self.tokens = CAPACITY

    def earn(self, share: float) -> None:
        self.tokens = min(CAPACITY, self.tokens + share)

    def spend(self) -> bool:
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Trouble(msgspec.Struct, frozen=True):
    """What went wrong with an attempt: its class, whether the vendor surely did nothing, when to come again."""

    reason: str
    retryable: bool
    unprocessed: bool = False
    sent: bool = True
    retry_after: float = 0.0


def build(settings: Retry, site: Site, kit: Kit) -> Mapping[str, Stage]:
    budget = kit.keep(("retry-budget", site.integration), Budget)
    share = float(settings.budget)
    trouble_of, delay_after = _diagnose(settings), _decide(settings, site.operation, budget, kit)

    async def retry(call: Call, forward: Handler) -> Reply:
        budget.earn(share)
        while True:
            try:
                reply = await forward(call)
            except UpstreamFailure as error:
                delay = delay_after(call, trouble_of(error))
                if delay is None:
                    raise
            else:
                if reply.verdict is None and reply.status < 400:  # noqa: PLR2004
                    return reply
                delay = delay_after(call, trouble_of(reply))
                if delay is None:
                    return reply
                await close(reply.body)
            await kit.sleep(delay)
            call = msgspec.structs.replace(call, attempt=call.attempt + 1)

    return {"retry": retry}


def _diagnose(settings: Retry) -> Callable[[Reply | UpstreamFailure], Trouble]:
    without_answer, refusals = failures(settings.when), statuses(settings.when)

    def trouble_of(outcome: Reply | UpstreamFailure) -> Trouble:
        if isinstance(outcome, UpstreamFailure):
            reason, unsent = outcome.failure or outcome.slug, outcome.failure == "connect"
            return Trouble(reason, reason in without_answer, unsent, not unsent, outcome.retry_after or 0.0)
        kind = outcome.verdict and outcome.verdict.kind
        retry_after = (outcome.verdict and outcome.verdict.retry_after) or 0.0
        if kind == "rate_limited" or (kind is None and outcome.status == TOO_MANY):
            return Trouble("429", TOO_MANY in refusals, True, True, retry_after)
        retryable = kind == "transient" or (kind is None and outcome.status in refusals)
        return Trouble(str(outcome.status), retryable, retry_after=retry_after)

    return trouble_of


def _decide(settings: Retry, operation: Operation, budget: Budget, kit: Kit) -> Callable[[Call, Trouble], float | None]:
    safe, keys = operation.safe, vendor_fields(operation)
    longest = tuple(settings.backoff.longest(attempt) for attempt in range(1, settings.attempts + 1))

    def delay_after(call: Call, trouble: Trouble) -> float | None:
        if not trouble.retryable:
            return None
        delay = max(trouble.retry_after, kit.random() * longest[call.attempt - 1])
        refused = None if safe or may_repeat(settings.unsafe, keys, call, trouble) else "unsafe"
        refused = refused or _refusal(settings, call, trouble)
        if refused is None and kit.clock() + delay >= call.deadline:
            refused = "deadline"
        if refused is None and not budget.spend():
            refused = "budget"
        if refused is not None:
            call.trail.note("retry.refused", reason=refused, failure=trouble.reason)
            return None
        call.trail.note(
            "retry.scheduled",
            delay=delay,
            reason=trouble.reason,
            attempt=call.attempt + 1,
            of=settings.attempts,
            method=call.method,
        )
        return delay

    return delay_after


def _refusal(settings: Retry, call: Call, trouble: Trouble) -> str | None:
    if trouble.sent and not isinstance(call.body, bytes):
        return "body already sent"
    if call.attempt >= settings.attempts:
        return "attempts"
    return "retry_after_max" if trouble.retry_after > settings.retry_after_max else None


def may_repeat(unsafe: str, keys: frozenset[bytes], call: Call, trouble: Trouble) -> bool:
    """Whether a write that is not idempotent may be sent once more; `call` is as the vendor gets it, a key included."""
    if unsafe == "known_unprocessed":
        return trouble.unprocessed
    return unsafe == "with_idempotency_key" and any(name in keys and value for name, value in call.headers)


policy = Policy(
    name="retry",
    settings=Retry,
    build=build,
    description="Tries again when the vendor fails in a way that another attempt may mend, and never when that could "
    "act twice: reading, replacing and deleting only, unless `unsafe` says more.",
    examples=({"attempts": 3}, {"attempts": 3, "unsafe": "known_unprocessed", "budget": "20%"}),
)
