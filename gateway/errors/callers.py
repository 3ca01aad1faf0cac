"""The request cannot be served as it is."""

from typing import ClassVar

from gateway.errors.base import GatewayError


class CallerError(GatewayError):
    """The request cannot be served as it is."""

    proxy_error: ClassVar[str | None] = "http_request_denied"


class InvalidRequest(CallerError):
    slug, status, title = "invalid-request", 400, "The request does not match what this endpoint accepts"
    proxy_error = None


class IdempotencyKeyMissing(CallerError):
    slug, status, title = "idempotency-key-missing", 400, "This endpoint asks for an Idempotency-Key"


class Unauthenticated(CallerError):
    """The only 401: a vendor's is never passed on, since callers would throw away the wrong key."""

    slug, status, title = "unauthenticated", 401, "The gateway does not know who is calling"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers=((b"www-authenticate", b'Bearer realm="gateway"'),))


class ForeignOrigin(CallerError):
    slug, status, title = "foreign-origin", 403, "A page of another origin may not use this gateway"


class ScopeMissing(CallerError):
    slug, status, title = "scope-missing", 403, "This key may not do that"


class ConnectionRequired(CallerError):
    """`members` hold the `connect_url` with which the user mends it."""

    slug, status, title = "connection-required", 403, "The user has to connect an account first"


class NoSuchEndpoint(CallerError):
    slug, status, title = "no-such-endpoint", 404, "There is no such endpoint"


class NoSuchPage(CallerError):
    """A cursor that looks like one but leads nowhere: changed, of another endpoint, or from before a restart."""

    slug, status, title = "no-such-page", 404, "There is no such page of this list"


class NoSuchConnection(CallerError):
    """There is none, or it is of a user for whom this caller may not act: the two look alike."""

    slug, status, title = "no-such-connection", 404, "There is no such connection"


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
