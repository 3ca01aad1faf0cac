"""The vendor was asked and gave no answer that can be used."""

from typing import ClassVar

from gateway.errors.base import Failure, GatewayError


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
