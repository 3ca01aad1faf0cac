"""Config and registry in, plans out: which stages stand before an endpoint, in the order of the slots."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from typing import Any

import msgspec

from gateway.config import Config, EffectivePolicy, EndpointConfig, IntegrationConfig
from gateway.contract import SLOTS, Credential, Handler, Kit, Policy, Site, Stage
from gateway.declared import Operation
from gateway.diagnostics import InvalidConfig, Problem, in_order
from gateway.loading import Loaded
from gateway.plan.checks import check_plans
from gateway.plan.left_out import NOT_ON_NATIVE, NOT_ON_STUBS
from gateway.plan.native import native_operations, native_stage
from gateway.plan.operation import operation_of
from gateway.registry import Registry

Identify = Callable[[Operation], Stage | None]


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """What overrides the file: INTEGRATIONS_STUB_MODE, CIRCUIT_BREAKER_ENABLED and RATE_LIMIT_PER_MINUTE, in this
    order, where None leaves the file alone; and `serve --allow-private`."""

    stub: bool | None = None
    breaker: bool | None = None
    per_minute: int | None = None
    allow_private: bool = False

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Flags":
        """Raises ValueError where a variable is neither unset nor what it may be."""
        per_minute = environ.get("RATE_LIMIT_PER_MINUTE") or None
        if per_minute is not None and not (per_minute.isdecimal() and int(per_minute) > 0):
            raise ValueError(f"RATE_LIMIT_PER_MINUTE must be a positive number, got {per_minute!r}")
        return cls(
            stub=_switch(environ, "INTEGRATIONS_STUB_MODE"),
            breaker=_switch(environ, "CIRCUIT_BREAKER_ENABLED"),
            per_minute=int(per_minute) if per_minute else None,
        )


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint, ready to be bound: its stages outermost first, each with the slot it fills."""

    operation: Operation
    stages: tuple[tuple[str, Stage], ...]
    policies: Mapping[str, EffectivePolicy]
    connect_timeout: float
    stubbed: bool
    allow_private: bool

    def has(self, slot: str) -> bool:
        return any(name == slot for name, _ in self.stages)


class Plans(msgspec.Struct, frozen=True):
    """Everything that a generation serves; `mounts` describes the native ones for the document."""

    endpoints: tuple[Plan, ...]
    native: tuple[Plan, ...]
    mounts: tuple[Mapping[str, Any], ...]
    warnings: tuple[Problem, ...]


def bind(plan: Plan, send: Handler) -> Handler:
    """The pipeline: the stages folded over `send`, once. A stub, where there is one, never forwards to `send`."""

    def wrap(forward: Handler, stage: Stage) -> Handler:
        return partial(stage, forward=forward)

    return reduce(wrap, (stage for _, stage in reversed(plan.stages)), send)


def compile_plans(
    loaded: Loaded,
    registry: Registry,
    kit: Kit,
    flags: Flags,
    public_url: str,
    *,
    identify: Identify | None = None,
) -> Plans:
    """Raises InvalidConfig with every problem that needs more than one field to be seen.

    `identify` gives the stage that finds out who asks, None where nobody has to say.
    """
    config = loaded.config
    compiler = _Compiler(loaded, registry, kit, flags, public_url, identify=identify)
    endpoints = tuple(plan for integration in config.integrations for plan in compiler.endpoints(integration))
    native = tuple(plan for integration in config.integrations for plan in compiler.native(integration))
    problems = in_order((*compiler.problems, *check_plans(endpoints, loaded.source)))
    if any(problem.severity == "error" for problem in problems):
        raise InvalidConfig(problems)
    return Plans(endpoints, native, tuple(compiler.mounts(config)), problems)


class _Compiler:
    """One compilation; gathers problems so that all of them are told at once."""

    def __init__(
        self,
        loaded: Loaded,
        registry: Registry,
        kit: Kit,
        flags: Flags,
        public_url: str,
        *,
        identify: Identify | None,
    ) -> None:
        self._identify = identify
        self._server = loaded.config.server
        self._source = loaded.source
        self._public_url = public_url
        self._policies = registry.policies
        self._credentials = {credential.settings: credential for credential in registry.credentials}
        self._kit = kit
        self._flags = flags
        self.problems: list[Problem] = []

    def endpoints(self, integration: IntegrationConfig) -> Iterator[Plan]:
        user_bound = self._user_bound(integration)
        for endpoint in integration.endpoints:
            try:
                operation = operation_of(
                    endpoint, integration, self._server, user_bound=user_bound, public_url=self._public_url
                )
            except ValueError as wrong:
                self._report(_path(endpoint, "route"), wrong)
                continue
            yield self._plan(operation, integration, endpoint.policies, endpoint)

    def native(self, integration: IntegrationConfig) -> Iterator[Plan]:
        if integration.native is None:
            return
        bound, url = self._user_bound(integration), self._public_url
        try:
            operations = tuple(native_operations(integration, self._server, user_bound=bound, public_url=url))
        except ValueError as wrong:
            self._report(("integrations", integration.name, "native"), wrong)
            return
        for operation in operations:
            yield self._plan(operation, integration, integration.policies, None)

    def mounts(self, config: Config) -> Iterator[Mapping[str, Any]]:
        for integration in config.integrations:
            if (native := integration.native) is not None:
                yield {"integration": integration.name, "mount": native.mount, "allow": list(native.allow)}

    def _plan(
        self,
        operation: Operation,
        integration: IntegrationConfig,
        policies: Mapping[str, EffectivePolicy],
        endpoint: EndpointConfig | None,
    ) -> Plan:
        effective = self._overridden(policies, integration)
        stages: dict[str, Stage] = {}
        for policy in self._policies:
            if operation.native and policy.name in NOT_ON_NATIVE:
                continue
            stages |= self._build(policy, effective.get(policy.name), operation, endpoint)
        if self._identify is not None and (caller := self._identify(operation)) is not None:
            stages["caller"] = caller
        if operation.native:
            stages |= self._native(operation, integration)
        credential = self._credential(integration)
        if credential is not None and not (credential.user_bound and "send" in stages):  # a stub knows no users
            site = Site(operation=operation, scope=integration.name)
            stages["credential"] = credential.build(integration.credential, site, self._kit)
        left_out = NOT_ON_STUBS if "send" in stages else ()
        return Plan(
            operation=operation,
            stages=tuple((slot, stages[slot]) for slot in SLOTS if slot in stages and slot not in left_out),
            policies=effective,
            connect_timeout=_connect_timeout(effective),
            stubbed="send" in stages,
            allow_private=integration.written.allow_private or self._flags.allow_private,
        )

    def _native(self, operation: Operation, integration: IntegrationConfig) -> Mapping[str, Stage]:
        try:
            return {"transform": native_stage(operation, integration, self._kit)}
        except ValueError as wrong:
            self._report(("integrations", integration.name, "native", "rewrite"), wrong)
            return {}

    def _build(
        self, policy: Policy, chosen: EffectivePolicy | None, operation: Operation, endpoint: EndpointConfig | None
    ) -> Mapping[str, Stage]:
        if chosen is None and not policy.always:
            return {}
        site = Site(operation=operation, scope=chosen.scope if chosen else operation.integration)
        try:
            return policy.build(chosen.settings if chosen else None, site, self._kit)
        except ValueError as wrong:
            where: tuple[str | int, ...] = ("integrations", operation.integration, policy.name)
            self._report(where if endpoint is None else _path(endpoint, policy.name), wrong)
            return {}

    def _overridden(
        self, policies: Mapping[str, EffectivePolicy], integration: IntegrationConfig
    ) -> Mapping[str, EffectivePolicy]:
        """The effective policies with the flags of the environment laid over them."""
        changed = dict(policies)
        flags = self._flags
        if flags.breaker is False:
            changed.pop("breaker", None)
        if flags.stub is False:
            changed.pop("stub", None)
        elif flags.stub and not (policies.get("stub") and policies["stub"].settings):
            changed["stub"] = EffectivePolicy(settings=True, scope=integration.name)
        if flags.per_minute is not None and (quota := changed.get("quota")) is not None:
            settings = msgspec.structs.replace(quota.settings, requests=flags.per_minute, per=_minute(quota.settings))
            changed["quota"] = EffectivePolicy(settings=settings, scope=quota.scope)
        return changed

    def _credential(self, integration: IntegrationConfig) -> Credential | None:
        return None if integration.credential is None else self._credentials[type(integration.credential)]

    def _user_bound(self, integration: IntegrationConfig) -> bool:
        credential = self._credential(integration)
        return credential is not None and credential.user_bound

    def _report(self, path: tuple[str | int, ...], wrong: ValueError) -> None:
        self.problems.append(self._source.problem("GW301", path, str(wrong)))


def _path(endpoint: EndpointConfig, key: str) -> tuple[str | int, ...]:
    return ("integrations", endpoint.integration, "endpoints", endpoint.name, key)


def _connect_timeout(policies: Mapping[str, EffectivePolicy]) -> float:
    timeout = policies.get("timeout")
    return float(timeout.settings.connect) if timeout else 2.0


def _minute(settings: Any) -> Any:
    return type(settings.per)(60)


def _switch(environ: Mapping[str, str], name: str) -> bool | None:
    value = environ.get(name, "").lower()
    if value in {"", "true", "false"}:
        return None if not value else value == "true"
    raise ValueError(f"{name} must be true or false, got {value!r}")
