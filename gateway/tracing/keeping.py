"""Which requests are kept although nobody chose them beforehand: those that failed, and those that were slow."""

from collections.abc import Callable

from gateway.contract import Event, Finished

_REFUSED, _FAILED = 400, 500
_ANSWERED = "attempt.answered"
_VENDORS_OWN = frozenset({401, 403, 407, 429})
"""What a vendor answers to the gateway rather than to its caller."""

Keeps = Callable[[Finished], bool]


def keeping(slow: float) -> Keeps:
    """`slow` is in seconds. Of a stream the time until it begins counts: it may go on for as long as it likes."""

    def keeps(finished: Finished) -> bool:
        status = finished.status
        if status >= _FAILED:
            return True
        if finished.ended - finished.began >= slow and _waited(finished) >= slow:
            return True
        return status >= _REFUSED and any(map(_vendors, finished.events))

    return keeps


def _waited(finished: Finished) -> float:
    operation, ended = finished.operation, finished.ended
    if operation is not None and operation.stream:
        ended = next((event.at for event in reversed(finished.events) if event.name == _ANSWERED), ended)
    return ended - finished.began


def _vendors(event: Event) -> bool:
    """Whether it says that the vendor, and not the caller, is why a request was refused."""
    if event.name == _ANSWERED:
        status = event.detail.get("status", 0)
        return isinstance(status, int) and (status >= _FAILED or status in _VENDORS_OWN)
    if event.name == "attempt.failed":
        return event.detail.get("failure") is not None
    return event.name == "throttle.refused"
