"""Turns finished requests into the counters and histograms of the catalogue.

What a request costs here is a look-up for each of its events and a few additions: whatever has labels is bound once for
each endpoint, and found again by the operation itself.
"""

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import Counter

from gateway.contract import Event, Finished, Kit, Observer
from gateway.declared import Operation
from gateway.durations import Duration, Mark
from gateway.observing import catalogue
from gateway.observing.catalogue import counter, histogram

MOST_BOUND = 20_000
"""Operations of configs that were served once; beyond, all are bound anew."""
LONGEST_MARK = 100
"""Of the 128 characters that an exemplar may have, its label's name takes some."""
_RESULTS = {
    "cache.hit": "hit",
    "cache.miss": "miss",
    "cache.stale": "stale",
    "cache.coalesced": "coalesced",
    "cache.bypass": "bypass",
    "cache.confirmed": "hit",
}


class Endpoint:
    """What is counted for one endpoint; its counters appear with their first count."""

    __slots__ = ("_children", "_of", "attempts", "integration", "method", "name", "overhead", "requests", "route")

    def __init__(self, of: "Meter", integration: str, name: str, method: str, route: str) -> None:
        self._of = of
        self._children: dict[tuple[int, str], Counter] = {}
        self.integration, self.name, self.method, self.route = integration, name, method, route
        self.requests: dict[int, Duration] = {}
        self.attempts: dict[tuple[int, str], Duration] = {}
        self.overhead = of.overhead.child(integration, name)

    def connection(self, of: Counter) -> None:
        """Of a counter by integration alone."""
        key = (id(of), "")
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = of.labels(self.integration)
        child.inc()

    def count(self, of: Counter, value: str) -> None:
        """Of a counter by integration, endpoint and one more label."""
        key = (id(of), value)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = of.labels(self.integration, self.name, value)
        child.inc()


Handle = Callable[[Endpoint, Event], None]


class Meter:
    """The observer."""

    def __init__(self, kit: Kit) -> None:
        metrics = kit.metrics
        self._clock, self._now = kit.clock, kit.now
        self._outcomes, self._retries = counter(metrics, catalogue.ATTEMPTS), counter(metrics, catalogue.RETRIES)
        self._budget, self._rejected = counter(metrics, catalogue.BUDGET), counter(metrics, catalogue.REJECTED)
        self._cache, self._quota = counter(metrics, catalogue.CACHE), counter(metrics, catalogue.QUOTA)
        self._opened, self._reused = counter(metrics, catalogue.OPENED), counter(metrics, catalogue.REUSED)
        self._errors, self._unstamped = counter(metrics, catalogue.ERRORS), counter(metrics, catalogue.UNSTAMPED)
        self._requests = histogram(metrics, catalogue.REQUESTS)
        self._attempts = histogram(metrics, catalogue.ATTEMPT_SECONDS)
        self.overhead, self._throttle = histogram(metrics, catalogue.OVERHEAD), histogram(metrics, catalogue.THROTTLE)
        self._bound: dict[int, tuple[Operation, Endpoint]] = {}
        self._nowhere: dict[str, Endpoint] = {}
        self._handles: Mapping[str, Handle] = {
            **dict.fromkeys(_RESULTS, self._cached),
            "quota.allowed": lambda at, event: at.count(self._quota, "allowed"),
            "quota.refused": lambda at, event: at.count(self._quota, "refused"),
            "retry.scheduled": lambda at, event: at.count(self._retries, str(event.detail.get("reason", ""))),
            "retry.refused": self._not_repeated,
            "breaker.rejected": lambda at, event: self._rejected.labels(at.integration).inc(),
            "throttle.waited": self._waited,
        }

    def __call__(self, batch: Sequence[Finished]) -> None:
        offset = self._now() - self._clock()
        for one in batch:
            self._one(one, offset)

    def _one(self, one: Finished, offset: float) -> None:
        at = self._endpoint(one)
        took = one.ended - one.began
        mark = _mark(one, took, one.ended + offset)
        requests = at.requests.get(one.status)
        if requests is None:
            where = (at.integration, at.name, at.method, at.route, str(one.status))
            requests = at.requests[one.status] = self._requests.child(*where)
        requests.marks[requests.add(took)] = mark
        at.overhead.add(took - one.upstream)
        if one.slug:
            at.count(self._errors, one.slug)
        if not one.stamped:
            self._unstamped.inc()
        sent = 0.0
        for event in one.events:
            name = event.name
            if name == "attempt.sent":
                sent = event.at
            elif name in {"attempt.answered", "attempt.failed"}:
                self._attempt(at, event, event.at - sent)
            elif (handle := self._handles.get(name)) is not None:
                handle(at, event)

    def _endpoint(self, one: Finished) -> Endpoint:
        operation = one.operation
        if operation is None:
            found = self._nowhere.get(one.method)
            if found is None:
                found = self._nowhere[one.method] = Endpoint(self, "", "", one.method, "")
            return found
        bound = self._bound.get(id(operation))
        if bound is None:
            if len(self._bound) >= MOST_BOUND:
                self._bound.clear()
            endpoint = Endpoint(self, operation.integration, operation.name, operation.method, operation.route)
            bound = self._bound[id(operation)] = (operation, endpoint)  # holds it, so that its id stays its own
        return bound[1]

    def _attempt(self, at: Endpoint, event: Event, took: float) -> None:
        """`error_type` is the failure's class, or the status of a refusal, as OpenTelemetry has it."""
        status = event.detail.get("status")
        if isinstance(status, int):
            error = "" if status < 400 else str(status)  # noqa: PLR2004
            outcome, key = f"{status // 100}xx", (status, error)
        else:
            outcome = error = str(event.detail.get("failure") or event.detail.get("slug", "failed"))
            key = (0, error)
        child = at.attempts.get(key)
        if child is None:
            known = str(key[0]) if key[0] else ""
            child = at.attempts[key] = self._attempts.child(at.integration, at.name, at.method, known, error)
        child.add(took)
        at.count(self._outcomes, outcome)
        reused = event.detail.get("reused")
        if reused is not None:
            at.connection(self._reused if reused else self._opened)

    def _cached(self, at: Endpoint, event: Event) -> None:
        at.count(self._cache, _RESULTS[event.name])

    def _not_repeated(self, at: Endpoint, event: Event) -> None:
        if event.detail.get("reason") == "budget":
            self._budget.labels(at.integration).inc()

    def _waited(self, at: Endpoint, event: Event) -> None:
        seconds = event.detail["seconds"]
        if isinstance(seconds, float):
            self._throttle.child(at.integration).add(seconds)


def _mark(one: Finished, took: float, at: float) -> Mark | None:
    """The trace where somebody has it; else the id that `gateway why` takes, unless a caller's is too long for it."""
    trace = one.trace
    if trace is not None and trace.sampled:
        return "trace_id", f"{trace.trace:032x}", took, at
    known = one.correlation_id
    return ("correlation_id", known, took, at) if len(known) <= LONGEST_MARK else None


METER = Observer(name="metrics", build=Meter)
