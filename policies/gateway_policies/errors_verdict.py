"""Verdicts: the built-in ones, those that a rule gives, and the vendor's Retry-After on either."""

import math
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import msgspec

from gateway import FailureClass, Reply, Verdict
from gateway.errors import GatewayError

REJECTED = ("upstream-rejected", 0, "The vendor rejected the request")
"""Slug, status and title; status 0 stands for the vendor's own."""

TEXTS: dict[FailureClass, tuple[str, int, str]] = {
    "rate_limited": ("upstream-rate-limited", 429, "The vendor limits how often it may be asked"),
    "auth_failed": ("upstream-auth-failed", 502, "The vendor does not accept the gateway's credential"),
    "transient": ("upstream-error", 502, "The vendor failed to answer"),
    "rejected": REJECTED,
}

_PASSING: tuple[FailureClass, ...] = ("rate_limited", "transient")
_CREDENTIAL = {401, 403, 407}
_DAY = 86_400.0


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says, without what it matches; status 0 keeps the vendor's, `retryable` None follows the class."""

    slug: str
    status: int
    title: str
    detail: str = ""
    kind: FailureClass | None = None
    retryable: bool | None = None

    def on_reply(self, reply: Reply, retry_after: float | None) -> Verdict:
        retryable = self.retryable
        status = self.status or kept(reply.status)
        return Verdict(
            slug=self.slug,
            status=status,
            title=self.title,
            detail=self.detail,
            kind=self.kind,
            retryable=self.kind in _PASSING or status in {429, 503} if retryable is None else retryable,
            retry_after=retry_after,
        )

    def on_failure(self, error: GatewayError) -> Verdict:
        return Verdict(
            slug=self.slug,
            status=self.status,
            title=self.title,
            detail=self.detail,
            retryable=error.retryable if self.retryable is None else self.retryable,
            retry_after=error.retry_after,
        )


def _built_in(kind: FailureClass | None) -> Rule:
    slug, status, title = TEXTS[kind or "transient"]
    return Rule(kind=kind, slug=slug, status=status, title=title)


_RATE_LIMITED = _built_in("rate_limited")
_AUTH_FAILED = _built_in("auth_failed")
_TRANSIENT = msgspec.structs.replace(_built_in(None), retryable=True)
"""Without a class: which statuses are worth a retry is for `retry.when` to say."""
_REJECTED = _built_in("rejected")
_ASTRAY = _built_in(None)


def default_rule(status: int) -> Rule:
    """The built-in error map; a redirect, or what is no answer at all, is an error that no retry mends."""
    if status == 429:  # noqa: PLR2004
        return _RATE_LIMITED
    if status in _CREDENTIAL:
        return _AUTH_FAILED
    if 400 <= status < 500:  # noqa: PLR2004
        return _REJECTED
    return _TRANSIENT if 500 <= status < 600 else _ASTRAY  # noqa: PLR2004


def kept(status: int) -> int:
    """The vendor's status as the caller may see it: never 401 or 407, which speak of a key that is not his."""
    if status in {401, 407}:
        return 403
    return status if 400 <= status < 500 else 502  # noqa: PLR2004


def retry_after(value: bytes | None, now: Callable[[], float]) -> float | None:
    """Seconds from a Retry-After field, a number or an HTTP date, between 0 and a day; None if it says nothing."""
    if value is None:
        return None
    text = value.decode("latin-1").strip()
    seconds = _number(text)
    if seconds is None:
        seconds = _date(text, now)
    return None if seconds is None or math.isnan(seconds) else min(max(seconds, 0.0), _DAY)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _date(text: str, now: Callable[[], float]) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - now()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
