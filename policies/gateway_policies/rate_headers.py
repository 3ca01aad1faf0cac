"""What a vendor's own header fields say of his limit: rest before he refuses.

RateLimit of draft-ietf-httpapi-ratelimit-headers (`"default";r=0;t=5`, and `limit=…, remaining=0, reset=5` of older
drafts), RateLimit-Remaining and -Reset, and the same with X-, whose reset is in seconds or an instant.
"""

import re

from gateway import Headers

FIELDS = frozenset(
    {b"ratelimit", b"ratelimit-remaining", b"ratelimit-reset", b"x-ratelimit-remaining", b"x-ratelimit-reset"}
)
INSTANT = 1_000_000_000
"""A reset from here on is no number of seconds to wait but seconds since 1970."""
LONGEST = 60.0
"""Seconds of rest that are believed: a vendor's day-long window is not a reason to close an integration for a day."""

_REMAINING = re.compile(rb"(?:^|[;,\s])(?:r|remaining)\s*=\s*(\d{1,15})")
_RESET = re.compile(rb"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d{1,15})")
_NUMBER = re.compile(rb"\s*(\d{1,15})(?:\.\d*)?\s*")


def rest_of(headers: Headers, now: float) -> float | None:
    """Seconds until there is anything left, where a vendor says that nothing is; `now` is since 1970.

    0 where something is left, None where he does not speak of it.
    """
    told = {name: value for name, value in headers if name in FIELDS}
    return _rest(told, now) if told else None


def remaining_of(headers: Headers) -> int | None:
    """What is left by the vendor's own count; None where he does not say."""
    told = {name: value for name, value in headers if name in FIELDS}
    found = _found(_REMAINING, told.get(b"ratelimit"))
    for prefix in (b"", b"x-"):
        if found is None:
            found = _number(told.get(prefix + b"ratelimit-remaining"))
    return found


def _rest(told: dict[bytes, bytes], now: float) -> float:
    remaining, reset = _found(_REMAINING, told.get(b"ratelimit")), _found(_RESET, told.get(b"ratelimit"))
    for prefix in (b"", b"x-"):
        if remaining is None:
            remaining = _number(told.get(prefix + b"ratelimit-remaining"))
            reset = _number(told.get(prefix + b"ratelimit-reset"))
    if remaining != 0 or reset is None:
        return 0.0
    seconds = reset - now if reset >= INSTANT else float(reset)
    return min(max(seconds, 0.0), LONGEST)


def _found(pattern: re.Pattern[bytes], value: bytes | None) -> int | None:
    found = None if value is None else pattern.search(value)
    return None if found is None else int(found[1])


def _number(value: bytes | None) -> int | None:
    found = None if value is None else _NUMBER.fullmatch(value)
    return None if found is None else int(found[1])
