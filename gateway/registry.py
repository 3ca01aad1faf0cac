"""Finds the installed policies and credentials, and makes the types of the file that they add up to."""

from collections import Counter
from functools import lru_cache, reduce
from importlib.metadata import EntryPoint, entry_points
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.config import (
    Endpoint,
    EndpointName,
    Events,
    Integration,
    IntegrationName,
    Provider,
    Server,
    top,
)
from gateway.contract import Credential, Lifespan, Observer, Page, Policy, SecretSource, Vault
from gateway.declared import Settings
from gateway.units import written


class PluginError(Exception):
    """An installed package does not offer what it says; the message names the distribution."""


class Registry(msgspec.Struct, frozen=True, eq=False):
    """What is installed, built in or not: one tuple for each group of entry points; a process has one."""

    policies: tuple[Policy, ...]
    credentials: tuple[Credential, ...]
    vaults: tuple[Vault, ...] = ()
    secrets: tuple[SecretSource, ...] = ()
    pages: tuple[Page, ...] = ()
    lifespans: tuple[Lifespan, ...] = ()
    observers: tuple[Observer, ...] = ()

    def policy_types(self) -> dict[str, Any]:
        """What may be written under each policy's key."""
        return {policy.name: _written(policy) for policy in self.policies if policy.settings is not None}

    def credential_type(self) -> Any:
        return reduce(or_, (credential.settings for credential in self.credentials), type(None))

    def vault_type(self) -> Any:
        return reduce(or_, (vault.settings for vault in self.vaults)) | None

    def stores(self, settings: Any) -> bool:
        """Whether a credential with these settings needs the store and the vault."""
        return any(one.stores for one in self.credentials if isinstance(settings, one.settings))


def discover() -> Registry:
    """Raises PluginError where two offer the same name, or one cannot be imported."""
    return Registry(
        policies=_loaded("gateway.policies", Policy, lambda policy: policy.name),
        credentials=_loaded("gateway.credentials", Credential, lambda credential: tag_of(credential.settings)),
        vaults=_loaded("gateway.vaults", Vault, lambda vault: tag_of(vault.settings)),
        secrets=_loaded("gateway.secrets", SecretSource, lambda source: source.scheme),
        pages=_loaded("gateway.pages", Page, lambda page: f"{page.method} {page.path}"),
        lifespans=_loaded("gateway.lifespans", Lifespan, lambda lifespan: lifespan.name),
        observers=_loaded("gateway.observers", Observer, lambda observer: observer.name),
    )


def _loaded(group: str, kind: type, name_of: Any) -> tuple[Any, ...]:
    """Entry points carry whatever a package put there: hence the checks, and Any until they are done."""
    found: list[tuple[str, Any]] = []
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        found.extend((_distribution(entry), item) for item in _values(entry, kind))
    names = [name_of(item) for _, item in found]
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        owners = " and ".join(owner for (owner, _), name in zip(found, names, strict=True) if name == twice)
        raise PluginError(f"`{twice}` of {group} is offered twice, by {owners}")
    return tuple(item for _, item in found)


def _values(entry: EntryPoint, kind: type) -> tuple[Any, ...]:
    try:
        values = entry.load()
    except Exception as error:
        raise PluginError(f"{_distribution(entry)} cannot be imported ({entry.value}): {error}") from error
    if not isinstance(values, tuple) or not all(isinstance(value, kind) for value in values):
        raise PluginError(f"{_distribution(entry)} offers {entry.value}, which is no tuple of {kind.__name__} values")
    return values


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value


class Written(msgspec.Struct, frozen=True):
    """The types of the file: the whole, and the parts that problems are looked for in one by one."""

    document: Any
    policies: dict[str, Any]
    integration: Any
    endpoint: Any


@lru_cache(maxsize=1)
def written_types(registry: Registry) -> Written:
    """The types that integrations.yaml is read with, every policy's key among them at each of the three levels.

    The same at each reload.
    """
    policies = registry.policy_types()
    keys = [(name, _policy_key(name, kind, registry), UNSET) for name, kind in policies.items()]
    credential: Any = Annotated[registry.credential_type() | None, top.CREDENTIAL]
    endpoint: Any = _struct("Endpoint", keys, Endpoint, "One call that callers can make.")
    endpoints: Any = Annotated[dict[EndpointName, Annotated[endpoint, top.ENDPOINT]], top.ENDPOINTS]
    own: list[Any] = [
        ("credential", credential, None),
        ("endpoints", endpoints, msgspec.field(default_factory=dict)),
        *keys,
    ]
    integration = _struct("Integration", own, Integration, "A vendor.")
    level = _struct("Policies", keys, Settings, "Settings that integrations and endpoints take over.")
    vault = [("vault", Annotated[registry.vault_type(), top.VAULT], None)] if registry.vaults else []
    server = _struct("Server", vault, Server, "The gateway itself.")
    document = _struct("Document", _document_keys(server, level, integration), Settings, "The whole file.")
    return Written(document, policies, integration, endpoint)


def _document_keys(server: Any, level: Any, integration: Any) -> list[Any]:
    profiles = dict[str, Annotated[level, top.PROFILE]]
    providers = dict[str, Annotated[Provider, top.PROVIDER]]
    integrations = dict[IntegrationName, Annotated[integration, top.INTEGRATION]]
    empty: Any = msgspec.field(default_factory=dict)
    return [
        ("version", Annotated[Literal[1], top.VERSION]),
        ("server", Annotated[server, top.SERVER], msgspec.field(default_factory=server)),
        ("defaults", Annotated[level, top.DEFAULTS], level()),
        ("profiles", Annotated[profiles, top.PROFILES], empty),
        ("providers", Annotated[providers, top.PROVIDERS], empty),
        ("events", Annotated[Events | None, top.EVENTS], None),
        ("include", Annotated[tuple[str, ...], top.INCLUDE], ()),
        ("integrations", Annotated[integrations, top.INTEGRATIONS], empty),
    ]


def _policy_key(name: str, kind: Any, registry: Registry) -> Any:
    """The type under a policy's key, with what editors tell about it."""
    policy = next(policy for policy in registry.policies if policy.name == name)
    says = policy.description or (policy.settings.__doc__ if _is_struct(policy.settings) else "") or ""
    return Annotated[kind | UnsetType, Meta(description=says, examples=list(policy.examples) or None)]


def partial(settings: Any) -> Any:
    """The struct with every field optional, its own structs too: what is left out comes from another level."""
    fields = [
        (field.name, _with_default(field), msgspec.field(default=UNSET, name=field.encode_name))
        for field in msgspec.structs.fields(settings)
    ]
    return _struct(settings.__name__, fields, Settings, settings.__doc__ or "")


def _with_default(field: msgspec.structs.FieldInfo) -> Any:
    """The default is not the twin's: it is what holds where no level says anything, and editors tell it."""
    kind: Any = _partial_field(field.type) | UnsetType
    default = default_of(field)
    return kind if default is None else Annotated[kind, Meta(extra_json_schema={"default": default})]


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    """A default as YAML writes it; None where there is none, or none worth telling."""
    default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
    if isinstance(default, tuple):
        return [written(item) for item in default] or None
    return written(default) if isinstance(default, (str, int, float)) and default != "" else None


def _partial_field(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        inner, *meta = get_args(kind)
        return Annotated[_partial_field(inner), *meta]
    if get_origin(kind) in {Union, UnionType}:
        return reduce(or_, map(_partial_field, get_args(kind)))
    return partial(kind) if _is_struct(kind) else kind


def _struct(name: str, fields: list[Any], base: type, says: str) -> Any:
    return msgspec.defstruct(
        name,
        fields,
        bases=(base,),
        namespace={"__doc__": says},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def _written(policy: Policy) -> Any:
    kind = partial(policy.settings) if _is_struct(policy.settings) else policy.settings
    return kind | None if policy.nullable else kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def tag_of(settings: Any) -> str:
    """The word after `use:` that names a credential's settings."""
    return str(settings.__struct_config__.tag)
