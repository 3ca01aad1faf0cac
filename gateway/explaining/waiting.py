"""How long a caller can wait for an answer at most, computed from everything that may take time."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.declared import Operation
from gateway.explaining.repeats import attempts_of
from gateway.explaining.words import seconds

DEFAULTS = {"attempt": 10.0, "total": 20.0}
_TOO_MANY, _UNAVAILABLE = 429, 503


class Wait(msgspec.Struct, frozen=True):
    """`seconds` until the answer is there, counted from the whole request; `why` names what may take them."""

    seconds: float
    why: str


def longest_wait(operation: Operation, policies: Mapping[str, Any]) -> Wait:
    """`total` bounds everything; where less can add up, that is the longest."""
    total, attempt = (_timeout(policies, key) for key in ("total", "attempt"))
    if operation.native or "bulkhead" not in policies or not policies["bulkhead"].settings.queue:
        parts = list(_parts(operation, policies, min(attempt, total)))
        added = sum(part for part, _ in parts)
        told = " + ".join(text for _, text in parts)
        if added <= total:
            return Wait(added, told)
        return Wait(total, f"`total` cuts short what could take {seconds(added)}: {told}")
    return Wait(total, "`total`, queueing for a place included")


def _timeout(policies: Mapping[str, Any], key: str) -> float:
    timeout = policies.get("timeout")
    return float(getattr(timeout.settings, key)) if timeout is not None else DEFAULTS[key]


def _parts(operation: Operation, policies: Mapping[str, Any], attempt: float) -> Iterator[tuple[float, str]]:
    retry = policies.get("retry")
    times = attempts_of(operation, retry)
    yield times * attempt, f"{_attempts(times)} of {seconds(attempt)}"
    if retry is not None and times > 1:
        waits = sum(_pause(retry.settings, number) for number in range(1, times))
        yield waits, f"{seconds(waits)} of waits between them"
    limit = policies.get("rate_limit")
    if limit is not None and limit.settings.max_wait:
        held = times * float(limit.settings.max_wait)
        yield held, f"{seconds(held)} for the vendor's rate limit"


def _attempts(times: int) -> str:
    return f"{times} attempts" if times > 1 else "one attempt"


def _pause(settings: Any, number: int) -> float:
    """The longest of our own, or what a vendor may ask for where its refusals are repeated."""
    asked = float(settings.retry_after_max) if {_TOO_MANY, _UNAVAILABLE, "4xx", "5xx"} & set(settings.when) else 0.0
    return max(float(settings.backoff.longest(number)), asked)
