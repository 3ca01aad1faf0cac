"""What a token endpoint answers (RFC 6749 5), believed only as far as it makes sense."""

import math
import re
from typing import Any

import msgspec

from gateway.contract import Reply
from gateway.errors import AddressForbidden, ResponseTooLarge, TlsFailed, UpstreamFailure
from gateway_oauth.tokens import Tokens, visible

LARGEST = 64 * 1024
"""Bytes of an answer; real ones have two thousand."""
LONGEST_TOKEN = 16 * 1024
"""Characters of a token: more than a header line may have anywhere."""
LONGEST_LIFE = 366 * 86_400.0
NEEDS_THE_USER = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_PASSING_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
_CODE = re.compile(r"[a-z_]{1,60}")
_OK = 200


class NoToken(Exception):
    """`reason` is for people and holds nothing of what was sent or answered but an error code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidGrant(NoToken):
    """Only the user can help: he has to sign in or to give his consent again."""


class Transient(NoToken):
    """Another try may help; `retry_after` are seconds, None where the provider said nothing of them."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(NoToken):
    """Neither helps: the gateway's registration is not accepted, or the answer makes no sense."""


def tokens_of(reply: Reply, asked_at: float) -> Tokens:
    """What was granted with a request that was sent at `asked_at`. Raises InvalidGrant, Transient or Refused."""
    if reply.status in _PASSING_STATUSES:
        raise Transient(f"it answered {reply.status}", _retry_after(reply))
    found = _decoded(reply)
    if found.get("error") or reply.status != _OK:
        raise _refusal(found.get("error"), reply.status)
    kind = found.get("token_type")
    if kind is not None and (not isinstance(kind, str) or kind.lower() != "bearer"):
        raise Refused("its tokens are no bearer tokens")
    lives = _seconds(found.get("expires_in"))
    return Tokens(
        access=_token(found.get("access_token"), "access_token"),
        refresh=_token(found["refresh_token"], "refresh_token") if found.get("refresh_token") else "",
        expires_at=None if lives is None else asked_at + lives,
        obtained_at=asked_at,
        scopes=_scopes(found.get("scope")),
    )


def failure_of(error: UpstreamFailure) -> NoToken:
    """No answer came: whether another try may help."""
    if isinstance(error, AddressForbidden):
        return Refused("its address is not one that the gateway may ask")
    if isinstance(error, TlsFailed):
        return Refused("its certificate is not accepted")
    if isinstance(error, ResponseTooLarge):
        return Refused("its answer is too large")
    return Transient("it did not answer")


def _decoded(reply: Reply) -> dict[str, Any]:
    body = reply.body if isinstance(reply.body, bytes) else b""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise Refused(f"its answer, with status {reply.status}, is no JSON object")


def _refusal(error: object, status: int) -> NoToken:
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else f"it answered {status}"
    if code in NEEDS_THE_USER:
        return InvalidGrant(code)
    return Transient(code) if code in PASSING else Refused(code)


def _token(value: object, name: str) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_TOKEN and visible(value):
        return value
    raise Refused(f"its answer has no `{name}` that could be sent")


def _seconds(value: object) -> float | None:
    """Some write the number as a text."""
    if value is None:
        return None
    try:
        seconds = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if math.isnan(seconds) or seconds <= 0:
        raise Refused("its answer has an `expires_in` that makes no sense")
    return min(seconds, LONGEST_LIFE)


def _scopes(value: object) -> tuple[str, ...]:
    """Empty where it says nothing, which means: what was asked for."""
    return tuple(value.split()) if isinstance(value, str) and len(value) <= LONGEST_TOKEN else ()


def _retry_after(reply: Reply) -> float | None:
    value = reply.header(b"retry-after") or b""
    return float(value) if value.isdigit() and len(value) <= 5 else None  # noqa: PLR2004 - a day, and no more
