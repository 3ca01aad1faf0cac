"""A registry of small policies, one for each way in which a policy can be written."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway import Credential, Duration, Kit, Percentage, Policy, Secret, Settings, Site, Stage
from gateway.registry import Registry


class Timeout(Settings, frozen=True, kw_only=True):
    """Everything has a default."""

    attempt: Duration = Duration(10)
    total: Duration = Duration(20)


class Backoff(Settings, frozen=True, kw_only=True):
    initial: Duration = Duration(0.2)
    max: Duration = Duration(5)

    def __post_init__(self) -> None:
        if self.initial > self.max:
            raise ValueError("`initial` is more than `max`")


class Retry(Settings, frozen=True, kw_only=True):
    """A map within a map, and a union."""

    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    backoff: Backoff = Backoff()
    when: tuple[Literal["connect", "timeout"] | Annotated[int, Meta(ge=400, le=599)], ...] = ("connect",)
    unsafe: Literal["never", "known_unprocessed"] = "never"
    budget: Percentage = Percentage(0.2)


class Cache(Settings, frozen=True, kw_only=True):
    """One key is required."""

    ttl: Duration
    tags: tuple[str, ...] = ()
    respect_upstream: bool = False


class Match(Settings, frozen=True, kw_only=True):
    status: int | None = None


class Rule(Settings, frozen=True, kw_only=True):
    when: Match
    slug: str | None = None
    as_: Annotated[Literal["rate_limited", "rejected"] | None, Meta()] = msgspec.field(default=None, name="as")

    def __post_init__(self) -> None:
        if self.slug is None and self.as_ is None:
            raise ValueError("a rule needs a `slug` or `as`")


class Bearer(Settings, frozen=True, kw_only=True, tag_field="use", tag="bearer"):
    token: Secret
    header: str = "Authorization"


class Basic(Settings, frozen=True, kw_only=True, tag_field="use", tag="basic"):
    username: str
    password: Secret = Secret("")


def nothing(settings: Any, site: Site, kit: Kit) -> Mapping[str, Stage]:
    return {}


def no_stage(settings: Any, site: Site, kit: Kit) -> Stage:
    raise NotImplementedError


REGISTRY = Registry(
    policies=(
        Policy(name="timeout", settings=Timeout, build=nothing, always=True, nullable=False),
        Policy(name="retry", settings=Retry, build=nothing),
        Policy(name="cache", settings=Cache, build=nothing),
        Policy(name="errors", settings=tuple[Rule, ...], build=nothing, prepend=True),
        Policy(name="stub", settings=bool | Literal["slow", "reset"], build=nothing),
        Policy(name="validate", settings=None, build=nothing, always=True),
    ),
    credentials=(Credential(settings=Bearer, build=no_stage), Credential(settings=Basic, build=no_stage)),
)
