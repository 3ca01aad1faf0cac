"""The words of the pipeline: what travels along it, and what stands on the way."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

import msgspec

from gateway.contract.trace import Trace
from gateway.units import Secret

Headers = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order received; names in lower case, repeated fields repeated."""

Body = bytes | AsyncIterator[bytes]
"""A whole body, or on streamed endpoints its chunks; a stream has `aclose` and is closed by who abandons it."""

SLOTS = (
    "errors",  # outermost: whatever fails below becomes the caller's answer
    "deadline",  # bounds everything the caller can wait for
    "caller",  # who asks, before anything is spent on him
    "quota",  # before validation, so that a flood of bad requests is limited too
    "validate",  # before the cache, so that a key is made of declared values only
    "idempotency",  # a repeated write gets the first answer, whatever the stages below would do now
    "cache",  # above transform: what is kept is what callers see
    "transform",  # caller's words to vendor's and back, once, however many attempts follow
    "http_cache",  # below transform: what a vendor allows to keep is found by what the vendor is asked
    "budget",  # below the caches: what costs nothing is given also when the money is spent
    "retry",  # everything below happens once per attempt
    "breaker",  # an open circuit costs neither vendor quota nor a connection
    "rate_limit",  # each attempt counts against what the vendor allows
    "bulkhead",  # a place is taken only when the call may go
    "credential",  # as late as possible: a token may expire while queueing
    "timeout",  # the attempt alone: neither queueing nor token refresh
    "cost",  # each attempt that the vendor answered, as soon as it is known what the answer means
    "classify",  # what the vendor's answer means, decided once, where it arrives
    "send",  # a stub stands here, in the vendor's place
)
"""The order of the stages, outermost first: the engine's guarantee, not a policy's choice."""


class Caller(msgspec.Struct, frozen=True):
    """Who asks: `id` names him in quotas and logs, `address` is the client's, `user` whom he acts for.

    `may` are the words among his scopes, such as `admin`; `token` is the OIDC access token that he brought.
    """

    id: str
    address: str = ""
    user: str | None = None
    may: frozenset[str] = frozenset()
    token: Secret = Secret("")


class Event(msgspec.Struct, frozen=True):
    """What a stage decided: when (Kit.clock, seconds), what, and why."""

    at: float
    name: str
    detail: Mapping[str, object]


class Trail:
    """What happened to one request, in order; the one source of spans, access lines, Server-Timing and `explain`."""

    __slots__ = ("_clock", "events", "trace")

    def __init__(self, clock: Callable[[], float], trace: Trace | None = None) -> None:
        self._clock = clock
        self.events: list[Event] = []
        self.trace = trace

    def note(self, name: str, **detail: object) -> None:
        self.events.append(Event(self._clock(), name, detail))

    def count(self, name: str) -> int:
        return sum(1 for event in self.events if event.name == name)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What the client asked, on its way to a vendor.

    Above `transform` path, query and headers are the caller's; below it `method`, `target`, `headers` and `body` are
    what the vendor gets. `target` is path and query on the wire, percent-encoded, to be appended to the base URL.
    `payload` is the decoded JSON body, UNSET where there is none. `deadline` is a reading of Kit.clock.
    """

    endpoint: str
    method: str
    caller: Caller
    correlation_id: str
    trail: Trail
    path: Mapping[str, str] = {}
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    body: Body = b""
    payload: Any = msgspec.UNSET
    target: str = ""
    deadline: float = math.inf
    attempt: int = 1

    def header(self, name: bytes) -> bytes | None:
        return first(self.headers, name)


FailureClass = Literal["rate_limited", "auth_failed", "transient", "rejected"]
"""What a vendor's refusal means, whatever its status: read by retry, breaker, rate_limit and the caller's answer."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor's refusal means and what the caller is told; decided once, by the error rules.

    `kind` is None where the status alone decides. `retry_after` is the vendor's wish in seconds. `headers` are added to
    the answer.
    """

    slug: str
    status: int
    title: str
    detail: str = ""
    kind: FailureClass | None = None
    retryable: bool = False
    retry_after: float | None = None
    headers: Headers = ()


class Reply(msgspec.Struct, frozen=True):
    """What comes back, from a vendor or from a stage that answers in its place.

    `verdict` is there when the vendor refused: `status`, `headers` and `body` are then still the vendor's own.
    """

    status: int
    headers: Headers = ()
    body: Body = b""
    verdict: Verdict | None = None

    def header(self, name: bytes) -> bytes | None:
        return first(self.headers, name)


def first(headers: Headers, name: bytes) -> bytes | None:
    """The first value of a field, or None; `name` in lower case."""
    for key, value in headers:
        if key == name:
            return value
    return None


Handler = Callable[[Call], Awaitable[Reply]]


class Stage(Protocol):
    """Answers early, awaits `forward(call)`, or raises a GatewayError; never changes a Call or a Reply."""

    async def __call__(self, call: Call, forward: Handler) -> Reply: ...
