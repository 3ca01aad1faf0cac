"""What happened to one request, a sentence for each event of its trail."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.contract import Event
from gateway.explaining.words import seconds

SENTENCES: Mapping[str, str] = {
    "answer.broke_off": "the answer breaks off: {slug}",
    "attempt.answered": "the vendor answered {status}",
    "attempt.failed": "the attempt failed: {slug}",
    "attempt.sent": "attempt {attempt} goes to the vendor",
    "breaker.closed": "the circuit of {circuit} closes",
    "breaker.half_open_probe": "the circuit of {circuit} is half open, and this request is its probe",
    "breaker.opened": "the circuit of {circuit} opens for {retry_after}",
    "breaker.rejected": "the circuit of {circuit} is open: the vendor is not asked, again in {retry_after}",
    "budget.refused": "the budget is spent: the vendor is not asked, again in {retry_after}",
    "budget.warned": "the budget of {integration} is nearly spent",
    "bulkhead.refused": "no place became free within {seconds}",
    "bulkhead.waited": "a place was free after {seconds}",
    "caller.known": "the key `{caller}` is known, and may do this",
    "caller.refused": "whoever asks is not let in: {reason}",
    "cache.bypass": "this request cannot be answered from the cache",
    "cache.coalesced": "another request was already asking: its answer is shared",
    "cache.confirmed": "the vendor says that the kept answer still holds",
    "cache.hit": "answered from the cache, fresh for {ttl} more",
    "cache.invalidated": "cached answers with the tags {tags} are dropped",
    "cache.miss": "not in the cache",
    "cache.refresh_failed": "the refresh in the background failed",
    "cache.shared": "another process of the gateway has it",
    "cache.stale": "answered from the cache though it is stale",
    "cache.stored": "the answer is kept in the cache",
    "cache.written": "what the cache has of this address is dropped",
    "cost.charged": "the vendor charges {amount} {currency}",
    "cost.unclear": "what the vendor charges is not known: {reason}",
    "credential.needs_user": "the user has to connect an account at {provider}: {reason}",
    "credential.renewed": "the vendor refused the token: the call goes out again with a new one of {provider}",
    "deadline.exceeded": "the answer was not there within {seconds}, the whole time that there was",
    "deadline.shortened": "the caller waits {seconds} at most",
    "errors.mapped": "the caller gets {status} {slug}",
    "idempotency.ended": "for a repeat with the same key, this request is {outcome}",
    "idempotency.refused": "a repeat of an earlier request, which is {reason}",
    "idempotency.replayed": "a repeat: it gets the first answer, {status}",
    "paging.broke_off": "the answer breaks off after page {pages}: {slug}",
    "paging.cut": "no more than {pages} pages or so many items in one answer: its `next` leads on",
    "paging.page": "page {page} has {items} items",
    "paging.unclear": "no link to a next page: {reason}",
    "quota.allowed": "within the quota, {remaining} left",
    "quota.refused": "the quota is used up, again in {retry_after}",
    "retry.refused": "not sent again after {failure}: {reason}",
    "retry.scheduled": "retry {attempt} of {of} follows in {delay} because of {reason}: {method} may be repeated",
    "stub.answered": "the stub answered {status}",
    "throttle.refused": "the vendor's rate limit leaves no room, again in {retry_after}",
    "throttle.waited": "waited {seconds} for the vendor's rate limit",
    "timeout.exceeded": "attempt {attempt} had no answer within {seconds}",
    "timeout.idle": "the stream was silent for {seconds}",
    "validate.refused": "the request is not what the endpoint declares: {violations} wrong",
}
"""By the event's name; whatever has no sentence is told by its name and details."""

_SECONDS = frozenset({"seconds", "retry_after", "ttl", "delay"})
_STATUSES = frozenset({"reason", "failure"})
"""Details that are a word or a vendor's status."""


_SLOT_OF = {"attempt": "send", "paging": "transform", "stub": "send", "throttle": "rate_limit"}
"""Events that are not named for the slot whose stage notes them."""


def silent(events: Iterable[Event], slots: Iterable[str]) -> list[str]:
    """The stages that decided nothing worth noting: they let the request pass, or it never came so far."""
    spoke = {stage_of(event) for event in events}
    if "cache" in spoke:  # one policy in two places, of which an endpoint has one for its answers
        spoke.add("http_cache")
    return [slot for slot in slots if slot not in spoke]


def stage_of(event: Event) -> str:
    """The slot of the stage that noted it."""
    name = event.name.partition(".")[0]
    return _SLOT_OF.get(name, name)


def told(events: Iterable[Event], started: float) -> Iterator[str]:
    """One line for each event: milliseconds since `started`, who decided, what."""
    for event in events:
        yield f"{(event.at - started) * 1000:>9.1f} ms  {stage_of(event):<12}{sentence(event)}"


def sentence(event: Event) -> str:
    values = {name: _shown(name, value) for name, value in event.detail.items()}
    template = SENTENCES.get(event.name)
    try:
        return template.format_map(values) if template is not None else _plain(event.name, values)
    except KeyError:  # a policy of somebody else's may use the name with other details
        return _plain(event.name, values)


def _plain(name: str, values: Mapping[str, str]) -> str:
    return " ".join([name, *(f"{key}={value}" for key, value in values.items())])


def _shown(name: str, value: Any) -> str:
    if name in _SECONDS and isinstance(value, (int, float)):
        return seconds(float(f"{value:.3g}"))
    if isinstance(value, str) and value.isdecimal() and name in _STATUSES:
        return f"status {value}"
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
