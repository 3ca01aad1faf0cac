"""What the file comes to once everything is inherited: the form that plans are compiled from."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.config.endpoint import Endpoint
from gateway.config.events import Events
from gateway.config.integration import Integration, Native
from gateway.config.providers import Provider
from gateway.config.server import Server


class EffectivePolicy(msgspec.Struct, frozen=True):
    """Settings after all levels are merged; `scope` is an integration, or an endpoint that mentions the key itself."""

    settings: Any
    scope: str


class EndpointConfig(msgspec.Struct, frozen=True):
    """An endpoint: what is written there, its schemas resolved, and the policies that are on."""

    integration: str
    name: str
    written: Endpoint
    policies: Mapping[str, EffectivePolicy]


class IntegrationConfig(msgspec.Struct, frozen=True):
    """An integration; `policies` are those of its native mount. `credential` is one of the installed schemes'."""

    name: str
    written: Integration
    credential: Any | None
    endpoints: tuple[EndpointConfig, ...]
    native: Native | None
    policies: Mapping[str, EffectivePolicy]


class Config(msgspec.Struct, frozen=True):
    """A whole gateway; `digest` is the SHA-256 of the file and the schemas it names."""

    server: Server
    integrations: tuple[IntegrationConfig, ...]
    digest: str
    providers: Mapping[str, Provider] = {}
    events: Events | None = None
