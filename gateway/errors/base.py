"""What every failure of the gateway says of itself."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import msgspec

Failure = Literal["connect", "reset", "timeout"]
"""Why an attempt has no answer; the words that `retry.when`, `breaker.counts` and `errors.when.reason` use."""


class Violation(msgspec.Struct, frozen=True, omit_defaults=True, rename={"place": "in"}):
    """One thing that is wrong with a request: where it is, and what would be right."""

    place: Literal["body", "query", "path", "header"]
    detail: str
    pointer: str = ""
    name: str = ""


class GatewayError(Exception):
    """Root of everything that becomes a problem document (RFC 9457)."""

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False
    proxy_error: ClassVar[str | None] = None
    failure: ClassVar[Failure | None] = None

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        violations: Sequence[Violation] = (),
        members: Mapping[str, object] | None = None,
    ) -> None:
        """`retry_after` in seconds; `headers` and `members` are added to the answer and its problem document."""
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.headers = headers
        self.violations = violations
        self.members = members or {}


class InternalError(GatewayError):
    slug, status, title = "internal-error", 500, "The gateway failed to serve this request"
    proxy_error = "proxy_internal_error"
