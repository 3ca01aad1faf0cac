"""The shape of integrations.yaml, as it is written and as what it comes to; no logic."""

from gateway.config.effective import Config, EffectivePolicy, EndpointConfig, IntegrationConfig
from gateway.config.endpoint import Endpoint, Response
from gateway.config.events import Events
from gateway.config.integration import Integration, Native
from gateway.config.providers import Client, Provider
from gateway.config.server import Callers, Cors, Jwt, Server, Tls
from gateway.config.texts import EndpointName, IntegrationName

__all__ = [
    "Callers",
    "Client",
    "Config",
    "Cors",
    "EffectivePolicy",
    "Endpoint",
    "EndpointConfig",
    "EndpointName",
    "Events",
    "Integration",
    "IntegrationConfig",
    "IntegrationName",
    "Jwt",
    "Native",
    "Provider",
    "Response",
    "Server",
    "Tls",
]
