"""What editors tell about the keys whose types the registry makes: those at the top, the names in their maps."""

from collections.abc import Mapping
from typing import Any

from msgspec import Meta

_ENDPOINT: Mapping[str, Any] = {"route": "GET /contacts/{id}", "response": {"$ref": "schemas/crm/contact.json"}}
_VENDOR: Mapping[str, Any] = {"base_url": "https://crm.example", "endpoints": {"get_contact": _ENDPOINT}}
_PATIENT: Mapping[str, Any] = {"timeout": {"attempt": "60s", "total": "90s"}}
_PROVIDER: Mapping[str, Any] = {
    "authorize": "https://accounts.google.com/o/oauth2/auth",
    "token": "https://oauth2.googleapis.com/token",
    "client": {"id": "${GOOGLE_CLIENT_ID}"},
}

VERSION = Meta(description="The version of this format: 1.", examples=[1])
SERVER = Meta(
    description="The gateway itself: where it answers, whom it lets in, how much it takes.",
    examples=[{"base_path": "/api/v1", "body_limit": "10MiB"}],
)
VAULT = Meta(
    description="What seals users' tokens before they are stored: `use` names the kind. Left out, keys in this "
    "process, from GATEWAY_VAULT_KEYS.",
    examples=[{"use": "local", "file": "/etc/gateway/vault.keys"}],
)
DEFAULTS = Meta(
    description="Settings that every integration takes over, key by key, unless it says otherwise.",
    examples=[{"timeout": {"total": "20s"}, "retry": {"attempts": 3}}],
)
PROFILES = Meta(
    description="Bundles of settings by name. Integrations and endpoints take them over with `extends`; they win over "
    "`defaults`.",
    examples=[{"patient": _PATIENT}],
)
PROFILE = Meta(description="A bundle of settings, taken over with `extends: [its name]`.", examples=[_PATIENT])
PROVIDERS = Meta(
    description="The OAuth servers where users give their consent, by name; several integrations may share one.",
    examples=[{"google": _PROVIDER}],
)
PROVIDER = Meta(
    description="An OAuth server: where users give their consent, and where tokens are renewed.",
    examples=[_PROVIDER],
)
EVENTS = Meta(
    description="Whom the gateway tells what happens to users' connections: nobody, unless you say so.",
    examples=[{"url": "https://app.example/hooks/gateway", "secret": "${EVENTS_SECRET}"}],
)
INCLUDE = Meta(
    description="Further files with `integrations`, relative to this one; `*` stands for any name.",
    examples=[["integrations/*.yaml"]],
)
INTEGRATIONS = Meta(
    description="The vendors, by name: their endpoints answer at {base_path}/{integration}{route}.",
    examples=[{"crm": _VENDOR}],
)
INTEGRATION = Meta(
    description="A vendor: where it is, how it is told who calls, and what callers can ask.", examples=[_VENDOR]
)
CREDENTIAL = Meta(
    description="How the vendor is told who calls: `use` names the way, the other keys depend on it. Left out, the "
    "vendor is told nothing.",
    examples=[{"use": "bearer", "token": "${VAPI_API_KEY}"}],
)
ENDPOINTS = Meta(
    description="What callers can ask for, by name: the name is its operationId, and how the commands call it.",
    examples=[{"get_contact": _ENDPOINT}],
)
ENDPOINT = Meta(description="One call that callers can make, and how the vendor is asked.", examples=[_ENDPOINT])
