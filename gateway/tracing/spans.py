"""Makes spans of a request that is over, with the times that were noted while it went on (OpenTelemetry's conventions).

A kept trace costs the event loop what its spans cost the thread that makes them, since Python runs one of both at a
time; hence patterns, and little else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from gateway.contract import Event, Finished
from gateway.declared import Operation
from gateway.tracing import patterns
from gateway.tracing.exporting import Kept
from gateway.tracing.patterns import Envelope, Place
from gateway.tracing.sampling import Asked
from gateway.tracing.telling import attempts, details, others, outcomes, where
from gateway.tracing.wire import attribute, dropped_events, event, head, known_attribute

MOST_EVENTS = 128
"""Events of one span; of more it is told how many there were."""
_REFUSED = 400


class Spans:
    """`public_url` is where callers find the gateway, `fresh` makes the id of a span."""

    def __init__(
        self, resource: Mapping[str, str], version: str, public_url: Callable[[], str], fresh: Callable[[], int]
    ) -> None:
        self._envelope = Envelope(resource, version)
        self._public_url = public_url
        self._fresh = fresh

    def encoded(self, batch: Sequence[Kept]) -> bytes:
        """An ExportTraceServiceRequest that tells of all of them."""
        return self._envelope.around([span for kept in batch for span in self._of(kept)])

    def _of(self, kept: Kept) -> Iterator[bytes]:
        """The request first; then what was done for it, each below it."""
        finished = kept.finished
        if finished is not None:
            place = _place(finished.operation)
            yield self._request(kept, finished, place)
            for sent, end in attempts(finished.events):
                yield _attempt(kept, finished, place, sent, end)
        for asked in kept.asked:
            yield self._asked(kept, asked)

    def _request(self, kept: Kept, finished: Finished, place: Place | None) -> bytes:
        trace, offset = kept.trace, kept.offset
        told, known = others(finished.events), tuple(outcomes(finished.events))
        asked, times = (self._public_url(), finished.method, place), _times(finished.began, finished.ended, offset)
        parts = [
            patterns.request(asked, finished.status, finished.slug, known),
            head(trace.trace, trace.span, times, parent=trace.parent, remote=trace.parent != 0, state=trace.state),
            attribute("gateway.correlation_id", finished.correlation_id),
        ]
        if finished.address:
            parts.append(known_attribute("client.address", finished.address))
        parts += [event(one.name, _time(one.at, offset), details(one).items()) for one in told[-MOST_EVENTS:]]
        if len(told) > MOST_EVENTS:
            parts.append(dropped_events(len(told) - MOST_EVENTS))
        return b"".join(parts)

    def _asked(self, kept: Kept, asked: Asked) -> bytes:
        """Below its request; what was asked aside is the root of a trace of its own."""
        place = asked.namespace, asked.host, asked.port
        pattern = patterns.question(asked.system, asked.operation, asked.collection, place, asked.failure)
        own, parent = (kept.trace.span, 0) if kept.finished is None else (self._fresh(), kept.trace.span)
        return pattern + _beneath(kept, own, parent, (asked.began, asked.ended))


def _attempt(kept: Kept, finished: Finished, place: Place | None, sent: Event, end: Event | None) -> bytes:
    """An attempt that has no end yet, which a refresh aside may be, is told as long as it is known."""
    status, error = (0, "") if end is None else _outcome(end)
    ended = max(sent.at, finished.ended) if end is None else end.at
    pattern = patterns.attempt(str(sent.detail["method"]), place, where(sent.detail, "attempt"), status, error)
    return pattern + _beneath(kept, where(sent.detail, "span"), kept.trace.span, (sent.at, ended))


def _beneath(kept: Kept, span: int, parent: int, times: tuple[float, float]) -> bytes:
    trace = kept.trace
    known = _times(*times, kept.offset)
    return head(trace.trace, span, known, parent=parent, remote=False, state=trace.state)


def _outcome(end: Event) -> tuple[int, str]:
    """The vendor's status, 0 where there is none; and what was wrong, if anything."""
    status = where(end.detail, "status")
    if status:
        return status, str(status) if status >= _REFUSED else ""
    return 0, str(end.detail.get("failure") or end.detail.get("slug") or "_OTHER")


def _place(operation: Operation | None) -> Place | None:
    if operation is None:
        return None
    return Place(operation.integration, operation.name, operation.route, operation.upstream, operation.base_url)


def _times(began: float, ended: float, offset: float) -> tuple[int, int]:
    return _time(began, offset), _time(ended, offset)


def _time(at: float, offset: float) -> int:
    """Nanoseconds since 1970; each is rounded for itself, since their sum has no room for them."""
    return int(at * 1e9) + int(offset * 1e9)
