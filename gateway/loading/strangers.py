"""Files of other tools, given to this one by mistake: said in one sentence, not as a hundred unknown keys."""

from collections.abc import Callable, Mapping
from typing import Any

_OWN = frozenset({"defaults", "include", "integrations", "profiles", "providers", "server"})

_KNOWN: tuple[tuple[str, str, Callable[[Mapping[str, Any]], bool]], ...] = (
    ("an OpenAPI document", "an integration takes it over: `openapi: {document: …, operations: […]}`",
     lambda data: "openapi" in data or "swagger" in data),
    ("a Google discovery document", "an integration takes it over: `openapi: {document: …, operations: […]}`",
     lambda data: "discoveryVersion" in data),
    ("a compose file", "", lambda data: isinstance(data.get("services"), dict)),
    ("a Kubernetes manifest", "", lambda data: "apiVersion" in data and "kind" in data),
    ("a Kong configuration", "", lambda data: "_format_version" in data),
    ("a KrakenD configuration", "", lambda data: "krakend" in str(data.get("$schema")) or "extra_config" in data),
    ("a Traefik configuration", "", lambda data: "entryPoints" in data or "routers" in _map(data.get("http"))),
    ("an Envoy configuration", "", lambda data: "static_resources" in data),
    ("a JSON Schema", "", lambda data: "$schema" in data and ("properties" in data or "type" in data)),
)  # fmt: skip


def stranger(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong and what would be right, where the file is plainly meant for something else."""
    if not _OWN.isdisjoint(data):
        return None
    for what, hint, fits in _KNOWN:
        if fits(data):
            return f"this is {what}, not a config", hint or "a config begins with `version: 1` and `integrations:`"
    return None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
