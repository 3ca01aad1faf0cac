"""Turns finished requests into the counters and histograms of the catalogue.

What a request costs here is a look-up for each of its events and a few additions: whatever has labels is bound once for
each endpoint, and found again by the operation itself.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from prometheus_client import Counter

from gateway.contract import Event, Finished, Kit, Observer
from gateway.declared import Operation
from gateway.durations import Duration, Durations, Mark
from gateway.observing import catalogue
from gateway.observing.catalogue import counter, histogram
from gateway.observing.core import OPERATION

MOST_BOUND = 20_000
"""Operations of configs that were served once; beyond, all are bound anew."""
LONGEST_MARK = 100
"""Of the 128 characters that an exemplar may have, its label's name takes some."""
_REFUSED = 400
_RESULTS = {
    "cache.hit": "hit",
    "cache.miss": "miss",
    "cache.stale": "stale",
    "cache.coalesced": "coalesced",
    "cache.bypass": "bypass",
    "cache.confirmed": "hit",
}


class Endpoint:
    """What is counted for one endpoint; its counters appear with their first count.

    `counts` are of events that are only counted, by the event's name; `ends` of attempts, by how they ended;
    `connections` of attempts by whether they had been there before.
    """

    __slots__ = (
        "connections", "counts", "ends", "integration", "method", "name", "overhead", "requests", "route", "slugs",
    )  # fmt: skip

    def __init__(self, overhead: Durations, integration: str, name: str, method: str, route: str) -> None:
        self.integration, self.name, self.method, self.route = integration, name, method, route
        self.overhead = overhead.child(integration, name)
        self.requests: dict[int, Duration] = {}
        self.counts: dict[str, Counter] = {}
        self.slugs: dict[str, Counter] = {}
        self.ends: dict[object, tuple[Duration, Counter]] = {}
        self.connections: dict[object, Counter] = {}


Handle = Callable[[Endpoint, Event], None]


class Meter:
    """The observer. Counters are told once for each batch how many more there are: each time takes them a lock."""

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
        self._overhead, self._throttle = histogram(metrics, catalogue.OVERHEAD), histogram(metrics, catalogue.THROTTLE)
        self._bound: dict[int, tuple[Operation, Endpoint]] = {}
        self._nowhere: dict[str, Endpoint] = {}
        self._more: defaultdict[Counter, int] = defaultdict(int)
        self._counted: Mapping[str, tuple[Counter, str]] = {
            **{name: (self._cache, result) for name, result in _RESULTS.items()},
            "quota.allowed": (self._quota, "allowed"),
            "quota.refused": (self._quota, "refused"),
        }
        self._handles: Mapping[str, Handle] = {
            "retry.scheduled": self._repeated,
            "retry.refused": self._not_repeated,
            "breaker.rejected": lambda at, event: self._rejected.labels(at.integration).inc(),
            "throttle.waited": self._waited,
        }

    def __call__(self, batch: Sequence[Finished]) -> None:
        offset, more = self._now() - self._clock(), self._more
        for operation, group in groupby(batch, OPERATION):
            known = None if operation is None else self._endpoint(operation)
            for one in group:
                self._one(one, known or self._nobodys(one.method), offset)
        for child, count in more.items():
            child.inc(count)
        more.clear()

    def _one(self, one: Finished, at: Endpoint, offset: float) -> None:
        took = one.ended - one.began
        requests = at.requests.get(one.status)
        if requests is None:
            where = (at.integration, at.name, at.method, at.route, str(one.status))
            requests = at.requests[one.status] = self._requests.child(*where)
        requests.marks[requests.add(took)] = _mark(one, took, one.ended + offset)
        at.overhead.add(took - one.upstream)
        if one.slug:
            self._failed(at, one.slug)
        if not one.stamped:
            self._unstamped.inc()
        sent = 0.0
        for event in one.events:
            name = event.name
            if name == "attempt.sent":
                sent = event.at
            elif name == "attempt.answered" or name == "attempt.failed":  # noqa: PLR1714 - a set is slower than both
                self._attempt(at, event.detail, event.at - sent)
            elif (child := at.counts.get(name)) is not None:
                self._more[child] += 1
            else:
                self._rarer(at, event)

    def _rarer(self, at: Endpoint, event: Event) -> None:
        """What is counted for the first time at an endpoint, what is not counted, and what is not only counted."""
        counted = self._counted.get(event.name)
        if counted is not None:
            of, value = counted
            child = at.counts[event.name] = of.labels(at.integration, at.name, value)
            self._more[child] += 1
        elif (handle := self._handles.get(event.name)) is not None:
            handle(at, event)

    def _nobodys(self, method: str) -> Endpoint:
        """What stands for requests that are no endpoint's."""
        found = self._nowhere.get(method)
        if found is None:
            found = self._nowhere[method] = Endpoint(self._overhead, "", "", method, "")
        return found

    def _endpoint(self, operation: Operation) -> Endpoint:
        bound = self._bound.get(id(operation))
        if bound is None:
            if len(self._bound) >= MOST_BOUND:
                self._bound.clear()
            endpoint = Endpoint(
                self._overhead, operation.integration, operation.name, operation.method, operation.route
            )
            bound = self._bound[id(operation)] = (operation, endpoint)  # holds it, so that its id stays its own
        return bound[1]

    def _attempt(self, at: Endpoint, detail: Mapping[str, object], took: float) -> None:
        ended = detail.get("status") or detail.get("failure") or detail.get("slug", "failed")
        seconds, outcome = at.ends.get(ended) or self._end(at, ended)
        seconds.add(took)
        self._more[outcome] += 1
        reused = detail.get("reused")
        if reused is not None:
            child = at.connections.get(reused)
            if child is None:
                of = self._reused if reused else self._opened
                child = at.connections[reused] = of.labels(at.integration)
            self._more[child] += 1

    def _end(self, at: Endpoint, ended: object) -> tuple[Duration, Counter]:
        """`error_type` is the failure's class, or the status of a refusal, as OpenTelemetry has it."""
        if isinstance(ended, int):
            status, error, outcome = str(ended), "" if ended < _REFUSED else str(ended), f"{ended // 100}xx"
        else:
            status, error, outcome = "", str(ended), str(ended)
        seconds = self._attempts.child(at.integration, at.name, at.method, status, error)
        found = at.ends[ended] = seconds, self._outcomes.labels(at.integration, at.name, outcome)
        return found

    def _failed(self, at: Endpoint, slug: str) -> None:
        child = at.slugs.get(slug)
        if child is None:
            child = at.slugs[slug] = self._errors.labels(at.integration, at.name, slug)
        self._more[child] += 1

    def _repeated(self, at: Endpoint, event: Event) -> None:
        self._retries.labels(at.integration, at.name, str(event.detail.get("reason", ""))).inc()

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
        return "trace_id", trace.written, took, at
    known = one.correlation_id
    return ("correlation_id", known, took, at) if len(known) <= LONGEST_MARK else None


METER = Observer(name="metrics", build=Meter)
