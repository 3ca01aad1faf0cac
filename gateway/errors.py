"""Everything that the gateway itself can answer instead of a vendor: one tree, one leaf a situation.

A leaf carries what a caller sees (slug, status, title) and what the policies need to know (failure). Statuses,
slugs and Proxy-Status error types are those of RFC 9110, RFC 9457 and RFC 9209.

GatewayError
├── CallerError                     the request cannot be served as it is
│   ├── InvalidRequest              400 invalid-request
│   ├── IdempotencyKeyMissing       400 idempotency-key-missing
│   ├── ForeignOrigin               403 foreign-origin
│   ├── NoSuchEndpoint              404 no-such-endpoint
│   ├── NoSuchPage                  404 no-such-page
│   ├── MethodNotAllowed            405 method-not-allowed
│   ├── RequestTimeout              408 request-timeout
│   ├── IdempotencyInFlight         409 idempotency-in-flight
│   ├── IdempotencyOutcomeUnknown   409 idempotency-outcome-unknown
│   ├── IdempotencyAnswerNotKept    409 idempotency-answer-not-kept
│   ├── BodyTooLarge                413 body-too-large
│   ├── UriTooLong                  414 uri-too-long
│   ├── UnsupportedMediaType        415 unsupported-media-type
│   ├── MisdirectedRequest          421 misdirected-request
│   ├── IdempotencyMismatch         422 idempotency-mismatch
│   ├── HeadersTooLarge             431 headers-too-large
│   └── QuotaExceeded               429 quota-exceeded
├── Refused                         the vendor was not asked, to protect it or the gateway
│   ├── CircuitOpen                 503 circuit-open
│   ├── ReducedCapacity             503 temporary-reduced-capacity
│   ├── Overloaded                  503 overloaded
│   ├── StoreUnavailable            503 store-unavailable
│   └── ShuttingDown                503 shutting-down
├── UpstreamFailure                 the vendor was asked and gave no answer that can be used
│   ├── NotSent                     the request did not leave: repeating it is always safe
│   │   ├── ConnectTimeout          504 upstream-unreachable
│   │   ├── ConnectFailed           502 upstream-unreachable
│   │   ├── NameNotResolved         502 upstream-unreachable
│   │   ├── AddressForbidden        502 upstream-unreachable
│   │   └── TlsFailed               502 upstream-unreachable
│   ├── OutcomeUnknown              the vendor may have acted: only what is safe to repeat may be repeated
│   │   ├── UpstreamTimeout         504 upstream-timeout
│   │   └── UpstreamReset           502 upstream-error
│   ├── ResponseTooLarge            502 upstream-response-too-large
│   └── ContractViolation           502 upstream-contract-violation
└── InternalError                   500 internal-error
"""

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


class CallerError(GatewayError):
    """The request cannot be served as it is."""

    proxy_error: ClassVar[str | None] = "http_request_denied"


class InvalidRequest(CallerError):
    slug, status, title = "invalid-request", 400, "The request does not match what this endpoint accepts"
    proxy_error = None


class IdempotencyKeyMissing(CallerError):
    slug, status, title = "idempotency-key-missing", 400, "This endpoint asks for an Idempotency-Key"


class ForeignOrigin(CallerError):
    slug, status, title = "foreign-origin", 403, "A page of another origin may not use this gateway"


class NoSuchEndpoint(CallerError):
    slug, status, title = "no-such-endpoint", 404, "There is no such endpoint"


class NoSuchPage(CallerError):
    """A cursor that looks like one but leads nowhere: changed, of another endpoint, or from before a restart."""

    slug, status, title = "no-such-page", 404, "There is no such page of this list"


class MethodNotAllowed(CallerError):
    slug, status, title = "method-not-allowed", 405, "This endpoint does not accept that method"


class RequestTimeout(CallerError):
    slug, status, title = "request-timeout", 408, "The request did not arrive in time"


class IdempotencyInFlight(CallerError):
    slug, status, title = "idempotency-in-flight", 409, "The request with this Idempotency-Key is still running"
    retryable = True


class IdempotencyOutcomeUnknown(CallerError):
    """The vendor may have acted on the first request: it is not sent again, and cannot be told as done."""

    slug, status = "idempotency-outcome-unknown", 409
    title = "What came of the request with this Idempotency-Key is not known"


class IdempotencyAnswerNotKept(CallerError):
    """The first request was done; its answer was too large, a stream or unfit for use, or was forgotten since."""

    slug, status = "idempotency-answer-not-kept", 409
    title = "The request with this Idempotency-Key was done, and its answer is not kept"


class BodyTooLarge(CallerError):
    slug, status, title = "body-too-large", 413, "The request body is too large"


class UriTooLong(CallerError):
    slug, status, title = "uri-too-long", 414, "The request address is too long"


class UnsupportedMediaType(CallerError):
    slug, status, title = "unsupported-media-type", 415, "The request body has a type that this endpoint does not read"


class MisdirectedRequest(CallerError):
    slug, status, title = "misdirected-request", 421, "This gateway does not serve that host"


class IdempotencyMismatch(CallerError):
    slug, status, title = "idempotency-mismatch", 422, "This Idempotency-Key belongs to another request"


class HeadersTooLarge(CallerError):
    slug, status, title = "headers-too-large", 431, "The request headers are too large"


class QuotaExceeded(CallerError):
    slug, status, title, retryable = "quota-exceeded", 429, "You have used up your quota for this integration", True


class Refused(GatewayError):
    """The vendor was not asked, to protect it or the gateway."""

    status = 503
    retryable = True


class CircuitOpen(Refused):
    slug, title = "circuit-open", "This integration is resting after repeated failures"
    proxy_error = "destination_unavailable"


class ReducedCapacity(Refused):
    slug, title = "temporary-reduced-capacity", "This integration has no free capacity at the moment"
    proxy_error = "connection_limit_reached"


class Overloaded(Refused):
    slug, title = "overloaded", "The gateway is overloaded"
    proxy_error = "proxy_internal_response"


class StoreUnavailable(Refused):
    """What the gateway keeps of callers and users cannot be read or written at the moment."""

    slug, title = "store-unavailable", "The gateway cannot reach its own records at the moment"
    proxy_error = "proxy_internal_response"


class ShuttingDown(Refused):
    slug, title = "shutting-down", "The gateway is shutting down"
    proxy_error = "proxy_internal_response"


class UpstreamFailure(GatewayError):
    """The vendor was asked and gave no answer that can be used."""

    retryable = True


class NotSent(UpstreamFailure):
    """The request did not leave the gateway: repeating it is always safe."""

    slug, title = "upstream-unreachable", "The vendor cannot be reached"
    status = 502
    failure: ClassVar[Failure | None] = "connect"


class ConnectTimeout(NotSent):
    status, proxy_error = 504, "connection_timeout"


class ConnectFailed(NotSent):
    proxy_error = "connection_refused"


class NameNotResolved(NotSent):
    proxy_error = "dns_error"


class AddressForbidden(NotSent):
    proxy_error, retryable, failure = "destination_ip_prohibited", False, None


class TlsFailed(NotSent):
    proxy_error = "tls_certificate_error"


class OutcomeUnknown(UpstreamFailure):
    """The request may have been acted upon: only what is safe to repeat may be repeated."""


class UpstreamTimeout(OutcomeUnknown):
    slug, status, title = "upstream-timeout", 504, "The vendor did not answer in time"
    proxy_error, failure = "http_response_timeout", "timeout"


class UpstreamReset(OutcomeUnknown):
    slug, status, title = "upstream-error", 502, "The vendor failed to answer"
    proxy_error, failure = "http_protocol_error", "reset"


class ResponseTooLarge(UpstreamFailure):
    slug, status, title = "upstream-response-too-large", 502, "The vendor's answer is too large"
    proxy_error, retryable = "http_response_body_size", False


class ContractViolation(UpstreamFailure):
    slug, status, title = "upstream-contract-violation", 502, "The vendor's answer is not what was agreed"
    proxy_error, retryable = None, False


class InternalError(GatewayError):
    slug, status, title = "internal-error", 500, "The gateway failed to serve this request"
    proxy_error = "proxy_internal_error"
