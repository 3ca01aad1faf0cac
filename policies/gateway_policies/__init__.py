"""The built-in policies: one file each, settings, build and stage.

The order of the stages is the engine's (`gateway.SLOTS`); the order here is that of the docs.
"""

from gateway import Policy
from gateway_policies import (
    breaker,
    bulkhead,
    cache,
    cost,
    errors,
    idempotency,
    quota,
    rate_limit,
    retry,
    stub,
    timeout,
    transform,
    validate,
)

POLICIES: tuple[Policy, ...] = (
    errors.policy,
    timeout.policy,
    quota.policy,
    validate.policy,
    idempotency.policy,
    cache.policy,
    transform.policy,
    retry.policy,
    breaker.policy,
    rate_limit.policy,
    bulkhead.policy,
    cost.policy,
    stub.policy,
)
