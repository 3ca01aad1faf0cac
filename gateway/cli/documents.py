"""The OpenAPI document of a config that nobody serves."""

from collections.abc import Mapping
from typing import Any

import gateway
from gateway.cli.compiling import PUBLIC_URL, Compiled
from gateway.openapi import Entry, document


def document_of(result: Compiled) -> Mapping[str, Any]:
    public_url = result.loaded.config.server.public_url or PUBLIC_URL
    entries = [Entry.of(plan.operation, plan.policies) for plan in result.plans.endpoints]
    return document("Integration gateway", gateway.__version__, public_url, entries, result.plans.mounts)
