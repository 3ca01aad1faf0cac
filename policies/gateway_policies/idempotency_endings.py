"""What a write came to, as far as anybody can tell: whether it was done, was not done, or nobody knows."""

from collections.abc import Sequence
from typing import Literal

from gateway import Call, Event, Reply
from gateway.errors import NotSent, OutcomeUnknown, UpstreamFailure

Ending = Literal["answered", "spent", "free", "unknown"]
"""`answered`: keep the answer; `spent`: done, but there is no answer to keep; `free`: surely not done."""

LARGEST = 1024 * 1024
"""Bytes of a body that is kept."""

CLIENT_ERROR, TOO_MANY, SERVER_ERROR = 400, 429, 500
_NOT_NOW = frozenset({408, 425, TOO_MANY})
"""Refusals that tell to come again with the very same request."""


def ending(call: Call, outcome: Reply | BaseException) -> Ending:
    """What an attempt before the last one may have done counts, too."""
    events: Sequence[Event] = call.trail.events
    if isinstance(outcome, Reply):
        last, events = _of_reply(outcome), _before_the_answer(events)
    elif isinstance(outcome, UpstreamFailure) and not isinstance(outcome, NotSent):
        last = "unknown" if isinstance(outcome, OutcomeUnknown) else "spent"
    else:  # not sent, refused, cancelled, or a fault of our own: nothing was done unless something was sent
        last = "free"
    return "unknown" if last == "free" and touched(events) else last


def _of_reply(reply: Reply) -> Ending:
    kind = reply.verdict and reply.verdict.kind
    if kind in {"rate_limited", "auth_failed"} or reply.status in _NOT_NOW:
        return "free"
    if kind == "transient" and reply.status < SERVER_ERROR:
        return "free"
    if reply.status >= SERVER_ERROR and kind != "rejected":
        return "unknown"
    kept = isinstance(reply.body, bytes) and len(reply.body) <= LARGEST
    return "answered" if kept else "spent"


def _before_the_answer(events: Sequence[Event]) -> Sequence[Event]:
    last = max((number for number, event in enumerate(events) if event.name == "attempt.answered"), default=0)
    return [event for number, event in enumerate(events) if number < last and event.name != "attempt.sent"]


def touched(events: Sequence[Event]) -> bool:
    """Whether any attempt may have had an effect: sent, and neither refused nor known to have stayed here."""
    under_way = False
    for event in events:
        if event.name == "attempt.sent":
            under_way = True
        elif event.name == "attempt.failed":
            under_way = False
            if event.detail.get("slug") != NotSent.slug:
                return True
        elif event.name == "attempt.answered":
            under_way = False
            status = event.detail.get("status")
            if not (isinstance(status, int) and CLIENT_ERROR <= status < SERVER_ERROR):
                return True
    return under_way
