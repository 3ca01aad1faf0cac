"""A loaded config as plain values: defaults, profiles and integrations merged into each endpoint, secrets masked."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from gateway.config import EffectivePolicy, Endpoint, EndpointConfig, Integration, IntegrationConfig
from gateway.loading import Loaded
from gateway.loading.levels import ABSENT
from gateway.loading.tree import Keys
from gateway.registry import Registry
from gateway.rendering.masking import Mask
from gateway.rendering.values import is_empty, is_leaf, pointer
from gateway.units import written

Where = Callable[[Keys], Keys | None]
"""From a key within a value to where it is written in the file; None where nobody wrote it."""

_RESOLVED = frozenset({"extends", "openapi", "credential", "endpoints", "native", "response"})
"""Keys that have done their work, and those that are shown apart."""

_SHORT = {"response": "responses"}
"""Keys that are short for others."""

_COUNTING = frozenset({"breaker", "bulkhead", "quota"})
"""Policies that count: one mentioned at an endpoint counts for it alone, one inherited counts for all together."""


class Rendered(msgspec.Struct, frozen=True):
    """`origins` tells by JSON pointer the `file:line` of each line of `config`; what it lacks is a built-in default.

    `alone` are the pointers of the policies that count for one endpoint alone, and not for its whole integration.
    """

    config: dict[str, Any]
    origins: dict[str, str]
    alone: tuple[str, ...] = ()


def resolved(loaded: Loaded, registry: Registry) -> Rendered:
    """What is in force, in the order of the file. What is off, or empty by default, is left out."""
    return _Resolution(loaded, registry).all()


class _Resolution:
    def __init__(self, loaded: Loaded, registry: Registry) -> None:
        self._loaded = loaded
        self._source = loaded.source
        self._mask = Mask(loaded)
        self._origins: dict[str, str] = {}
        self._alone: list[str] = []
        never_off = [policy for policy in registry.policies if policy.settings is not None and not policy.nullable]
        self._never_off = {policy.name: policy.settings() for policy in never_off}

    def all(self) -> Rendered:
        config = self._loaded.config
        found = {
            "version": self._value(1, ("version",), self._there(("version",))),
            "server": self._value(config.server, ("server",), self._there(("server",))),
            "integrations": {one.name: self._integration(one) for one in config.integrations},
        }
        return Rendered(found, self._origins, tuple(self._alone))

    def _integration(self, integration: IntegrationConfig) -> dict[str, Any]:
        at: Keys = ("integrations", integration.name)
        there = self._there(at)
        found = self._struct(integration.written, at, there, Integration)
        for key, value in (("credential", integration.credential), ("native", integration.native)):
            if value is not None:
                found[key] = self._value(value, (*at, key), _below(there, key))
        if integration.native is not None:  # nothing else takes an integration's own policies as they are
            found |= self._policies(integration.policies, at, integration.name, None)
        endpoints = {one.name: self._endpoint(one, (*at, "endpoints", one.name)) for one in integration.endpoints}
        if endpoints:
            found["endpoints"] = endpoints
        return self._in_order(found, at)

    def _endpoint(self, endpoint: EndpointConfig, at: Keys) -> dict[str, Any]:
        there = self._there(at)
        found = self._struct(endpoint.written, at, there, Endpoint)
        found.setdefault("upstream", found["route"])
        if endpoint.written.response is not None:
            where = _below(there, "response")
            schema = self._value(endpoint.written.response, (*at, "responses", "200", "schema"), where)
            found["responses"] = {"200": {"schema": schema}}
        found |= self._policies(endpoint.policies, at, endpoint.integration, endpoint.name)
        return self._in_order(found, at)

    def _policies(
        self, policies: Mapping[str, EffectivePolicy], at: Keys, integration: str, endpoint: str | None
    ) -> dict[str, Any]:
        for name, policy in policies.items():
            if name in _COUNTING and policy.scope != integration:
                self._alone.append(pointer((*at, name)))
        settings = self._never_off | {name: policy.settings for name, policy in policies.items()}
        return {
            name: self._value(value, (*at, name), self._inherited(integration, endpoint, name))
            for name, value in settings.items()
        }

    def _value(self, value: Any, at: Keys, where: Where) -> Any:
        if isinstance(value, msgspec.Struct):
            return self._struct(value, at, where)
        if not is_leaf(value):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            parts = {key: self._value(item, (*at, key), _below(where, key)) for key, item in items}
            return parts if isinstance(value, dict) else list(parts.values())
        return self._leaf(value, at, where)

    def _leaf(self, value: Any, at: Keys, where: Where) -> Any:
        path = where(())
        if path is not None:
            place = self._source.place(path)
            self._origins[pointer(at)] = f"{place.file}:{place.line}"
        if isinstance(value, (list, tuple)):
            return [self._mask.shown(where((index,)), written(item)) for index, item in enumerate(value)]
        return self._mask.shown(path, written(value))

    def _struct(self, value: msgspec.Struct, at: Keys, where: Where, kind: Any = None) -> dict[str, Any]:
        """Of an integration or endpoint the keys of that `kind`: its policies are shown as they come out."""
        found = {}
        if (tag := value.__struct_config__.tag_field) is not None:
            found[tag] = self._leaf(value.__struct_config__.tag, (*at, tag), _below(where, tag))
        for field in msgspec.structs.fields(kind or value):
            inner = getattr(value, field.name)
            if inner is msgspec.UNSET or field.encode_name in _RESOLVED or (is_empty(inner) and not field.required):
                continue
            shown = self._value(inner, (*at, field.encode_name), _below(where, field.encode_name))
            if shown != {} or field.required:
                found[field.encode_name] = shown
        return found

    def _there(self, base: Keys) -> Where:
        def where(rest: Keys) -> Keys | None:
            return (*base, *rest) if self._source.levels.value((), (*base, *rest)) is not ABSENT else None

        return where

    def _inherited(self, integration: str, endpoint: str | None, policy: str) -> Where:
        levels = self._source.levels

        def where(rest: Keys) -> Keys | None:
            found = levels.origin(integration, endpoint, (policy, *rest))
            return found if found is not None and levels.value((), found) is not ABSENT else None

        return where

    def _in_order(self, found: dict[str, Any], at: Keys) -> dict[str, Any]:
        """As somebody wrote it, then what is inherited; the endpoints last."""
        own = self._source.levels.value((), at)
        names = [_SHORT.get(name, name) for name in own] if isinstance(own, dict) else []
        order = [name for name in dict.fromkeys([*names, *found]) if name in found and name != "endpoints"]
        return {name: found[name] for name in (*order, "endpoints") if name in found}


def _below(where: Where, key: str | int) -> Where:
    return lambda rest: where((key, *rest))
