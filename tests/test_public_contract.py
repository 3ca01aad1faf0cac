"""The public surface, pinned: a change here is a change for everybody who wrote a policy."""

import gateway
from gateway.contract import SLOTS
from gateway.registry import discover

NAMES = """
SLOTS Answer Body Call Caller Catalog Credential Declared Duration Event FailureClass Fetch Finished
GatewayError Handler Headers InvalidRequest JsonSchema Keep Kit Lifespan Metrics NotShared Observe Observer Operation
Pace Page Parameter Percentage Policy Reply ReplyMapping Secret SecretSource Send Settings Shared Site Size Stage
Surroundings Taken TokenVault Trace Trail Unsealable Vault Verdict Workers first problem_reply
"""

ORDER = """
errors deadline caller quota validate idempotency cache transform http_cache budget retry
breaker rate_limit bulkhead credential timeout cost classify send
"""

POLICIES = """
errors timeout quota validate idempotency cache transform retry breaker rate_limit bulkhead cost stub
"""

CREDENTIALS = {"bearer", "basic", "header", "query", "none"}
OF_OAUTH = {"oauth", "stored", "client-credentials", "service-account", "token-exchange"}


def test_these_names_are_public_and_no_others() -> None:
    assert set(gateway.__all__) == set(NAMES.split())
    assert all(hasattr(gateway, name) for name in gateway.__all__)


def test_the_stages_stand_in_this_order() -> None:
    assert list(SLOTS) == ORDER.split()


def test_these_policies_and_credentials_are_built_in() -> None:
    registry = discover()

    assert {policy.name for policy in registry.policies} == set(POLICIES.split())
    assert {credential.settings.__struct_config__.tag for credential in registry.credentials} == CREDENTIALS | OF_OAUTH
