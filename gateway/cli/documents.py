"""What other tools read: the JSON Schema of the config language, the OpenAPI document of a config."""

from collections.abc import Mapping
from typing import Any

import msgspec

import gateway
from gateway.cli.compiling import PUBLIC_URL, Compiled
from gateway.loading.published import config_schema
from gateway.openapi import Entry, document
from gateway.registry import discover, written_types


def document_of(result: Compiled) -> Mapping[str, Any]:
    public_url = result.loaded.config.server.public_url or PUBLIC_URL
    entries = [Entry.of(plan.operation, plan.policies) for plan in result.plans.endpoints]
    return document("Integration gateway", gateway.__version__, public_url, entries, result.plans.mounts)


def schema_text() -> str:
    """As it is checked in and shipped."""
    return msgspec.json.format(msgspec.json.encode(config_schema(written_types(discover()))), indent=1).decode() + "\n"
