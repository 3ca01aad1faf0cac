"""Small documents for tests: an operation or a schema, and around it what a document needs."""

from typing import Any

from gateway.importing import Converters, Document, Imported, imported
from gateway.loading.compiling import pattern_works

BASE_URL = "https://api.crm.example"
OK: dict[str, Any] = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}}


def document(paths: dict[str, Any], version: str = "3.0.3", **fields: Any) -> Document:
    """`fields` are further keys of the document."""
    return Document({"openapi": version, "info": {"title": "CRM", "version": "1"}, "paths": paths, **fields})


def taken(found: Document, base_url: str = BASE_URL) -> Imported:
    """The only operation of the document."""
    (operation,) = found.operations
    return imported(operation, found, Converters.of(found, pattern_works), base_url)


def endpoint(
    operation: dict[str, Any], method: str = "get", path: str = "/contacts", base_url: str = BASE_URL, **fields: Any
) -> dict[str, Any]:
    """The endpoint that an operation becomes."""
    written = {"responses": OK, **operation}
    return taken(document({path: {method: written}}, **fields), base_url).endpoint


def sent(
    schema: dict[str, Any],
    schemas: dict[str, Any] | None = None,
    *,
    kind: str = "application/json",
    version: str = "3.0.3",
) -> Any:
    """What the schema of a request body becomes; `schemas` are the document's own."""
    operation = {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}
    return endpoint(operation, "post", version=version, components={"schemas": schemas})["body"]


def received(schema: dict[str, Any], schemas: dict[str, Any] | None = None) -> Any:
    """What the schema of an answer becomes."""
    content = {"application/json": {"schema": schema}}
    operation = {"responses": {"200": {"description": "OK", "content": content}}}
    return endpoint(operation, components={"schemas": schemas})["response"]


def query(parameter: dict[str, Any], schemas: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a query parameter becomes; empty where it is left out."""
    written = {"name": "q", "in": "query", **parameter}
    found = endpoint({"parameters": [written]}, components={"schemas": schemas}).get("query", {})
    described: dict[str, Any] = found.get("q", {})
    return described
