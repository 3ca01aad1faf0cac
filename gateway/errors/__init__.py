"""Everything that the gateway itself can answer instead of a vendor: one tree, one leaf a situation.

A leaf carries what a caller sees (slug, status, title) and what the policies need to know (failure). Statuses,
slugs and Proxy-Status error types are those of RFC 9110, RFC 9457 and RFC 9209.

GatewayError
├── CallerError                     the request cannot be served as it is
│   ├── InvalidRequest              400 invalid-request
│   ├── IdempotencyKeyMissing       400 idempotency-key-missing
│   ├── Unauthenticated             401 unauthenticated
│   ├── ForeignOrigin               403 foreign-origin
│   ├── ScopeMissing                403 scope-missing
│   ├── ConnectionRequired          403 connection-required
│   ├── NoSuchEndpoint              404 no-such-endpoint
│   ├── NoSuchPage                  404 no-such-page
│   ├── NoSuchConnection            404 no-such-connection
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
│   ├── NotCached                   504 not-cached
│   ├── CircuitOpen                 503 circuit-open
│   ├── ReducedCapacity             503 temporary-reduced-capacity
│   ├── BudgetExhausted             429 budget-exhausted
│   ├── Overloaded                  503 overloaded
│   ├── StoreUnavailable            503 store-unavailable
│   ├── ProviderUnavailable         503 provider-unavailable
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
├── CredentialRefused               502 upstream-auth-failed
└── InternalError                   500 internal-error
"""

from gateway.errors.base import Failure, GatewayError, InternalError, Violation
from gateway.errors.callers import (
    BodyTooLarge,
    CallerError,
    ConnectionRequired,
    ForeignOrigin,
    HeadersTooLarge,
    IdempotencyAnswerNotKept,
    IdempotencyInFlight,
    IdempotencyKeyMissing,
    IdempotencyMismatch,
    IdempotencyOutcomeUnknown,
    InvalidRequest,
    MethodNotAllowed,
    MisdirectedRequest,
    NoSuchConnection,
    NoSuchEndpoint,
    NoSuchPage,
    QuotaExceeded,
    RequestTimeout,
    ScopeMissing,
    Unauthenticated,
    UnsupportedMediaType,
    UriTooLong,
)
from gateway.errors.refusals import (
    BudgetExhausted,
    CircuitOpen,
    CredentialRefused,
    NotCached,
    Overloaded,
    ProviderUnavailable,
    ReducedCapacity,
    Refused,
    ShuttingDown,
    StoreUnavailable,
)
from gateway.errors.upstream import (
    AddressForbidden,
    ConnectFailed,
    ConnectTimeout,
    ContractViolation,
    NameNotResolved,
    NotSent,
    OutcomeUnknown,
    ResponseTooLarge,
    TlsFailed,
    UpstreamFailure,
    UpstreamReset,
    UpstreamTimeout,
)

__all__ = [
    "AddressForbidden",
    "BodyTooLarge",
    "BudgetExhausted",
    "CallerError",
    "CircuitOpen",
    "ConnectFailed",
    "ConnectTimeout",
    "ConnectionRequired",
    "ContractViolation",
    "CredentialRefused",
    "Failure",
    "ForeignOrigin",
    "GatewayError",
    "HeadersTooLarge",
    "IdempotencyAnswerNotKept",
    "IdempotencyInFlight",
    "IdempotencyKeyMissing",
    "IdempotencyMismatch",
    "IdempotencyOutcomeUnknown",
    "InternalError",
    "InvalidRequest",
    "MethodNotAllowed",
    "MisdirectedRequest",
    "NameNotResolved",
    "NoSuchConnection",
    "NoSuchEndpoint",
    "NoSuchPage",
    "NotCached",
    "NotSent",
    "OutcomeUnknown",
    "Overloaded",
    "ProviderUnavailable",
    "QuotaExceeded",
    "ReducedCapacity",
    "Refused",
    "RequestTimeout",
    "ResponseTooLarge",
    "ScopeMissing",
    "ShuttingDown",
    "StoreUnavailable",
    "TlsFailed",
    "Unauthenticated",
    "UnsupportedMediaType",
    "UpstreamFailure",
    "UpstreamReset",
    "UpstreamTimeout",
    "UriTooLong",
    "Violation",
]
