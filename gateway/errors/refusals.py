"""The vendor was not asked, to protect it or the gateway."""

from gateway.errors.base import GatewayError


class Refused(GatewayError):
    """The vendor was not asked, to protect it or the gateway."""

    status = 503
    retryable = True


class NotCached(Refused):
    """The caller asked for an answer from the cache or none (`only-if-cached`)."""

    slug, status, title = "not-cached", 504, "There is no answer in the cache that may be given"
    proxy_error = "http_request_denied"


class CircuitOpen(Refused):
    slug, title = "circuit-open", "This integration is resting after repeated failures"
    proxy_error = "destination_unavailable"


class ReducedCapacity(Refused):
    slug, title = "temporary-reduced-capacity", "This integration has no free capacity at the moment"
    proxy_error = "connection_limit_reached"


class BudgetExhausted(Refused):
    """No breaker hears of it."""

    slug, status, title = "budget-exhausted", 429, "The budget for this integration is spent"
    proxy_error = "http_request_denied"


class Overloaded(Refused):
    slug, title = "overloaded", "The gateway is overloaded"
    proxy_error = "proxy_internal_response"


class StoreUnavailable(Refused):
    """What the gateway keeps of callers and users cannot be read or written at the moment."""

    slug, title = "store-unavailable", "The gateway cannot reach its own records at the moment"
    proxy_error = "proxy_internal_response"


class ProviderUnavailable(Refused):
    """No breaker hears of it: the vendor himself may be well."""

    slug, title = "provider-unavailable", "The provider of access to this vendor does not answer"
    proxy_error = "destination_unavailable"


class CredentialRefused(GatewayError):
    """Nothing that the caller or the user can mend: the gateway's own registration, or what it holds, is not accepted.

    What callers are told is what they are told of a vendor's own 401.
    """

    slug, status, title = "upstream-auth-failed", 502, "The vendor does not accept the gateway's credential"
    proxy_error = "http_request_denied"


class ShuttingDown(Refused):
    slug, title = "shutting-down", "The gateway is shutting down"
    proxy_error = "proxy_internal_response"
