"""What other tools read: the JSON Schema of the config language, the OpenAPI document of a config."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.catalog import catalog_of, public_pages
from gateway.cli.compiling import PUBLIC_URL, Compiled
from gateway.loading.published import config_schema
from gateway.openapi import served
from gateway.registry import discover, written_types


def document_of(result: Compiled) -> Mapping[str, Any]:
    server = result.loaded.config.server
    public_url = server.public_url or PUBLIC_URL
    pages = public_pages(discover().pages, catalog_of(result.loaded, result.plans, public_url))
    return served(server, result.plans, public_url, pages)


def schema_text() -> str:
    """As it is checked in and shipped."""
    return msgspec.json.format(msgspec.json.encode(config_schema(written_types(discover()))), indent=1).decode() + "\n"
