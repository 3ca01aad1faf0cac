"""What only shows when all endpoints lie side by side: routes that meet, settings that are surely not meant."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.diagnostics import Problem
from gateway.loading import Source
from gateway.plan.advice import advice
from gateway.plan.paging import paging_problems

_WILD = "{}"
_READS = frozenset({"GET", "HEAD"})


def check_plans(endpoints: Sequence[Any], source: Source) -> Iterator[Problem]:
    """Problems of the plans (`plan.operation`, `plan.policies`), errors and warnings."""
    yield from _meeting_routes(endpoints, source)
    yield from _plain_addresses(endpoints, source)
    for plan in endpoints:
        yield from _timing(plan, source)
        yield from _cached_write(plan, source)
        yield from paging_problems(plan.operation, source)
    yield from advice(endpoints, source)


def path_of(plan: Any, key: str) -> tuple[str, ...]:
    """Where an endpoint's key stands in the file."""
    operation = plan.operation
    return ("integrations", operation.integration, "endpoints", operation.name, key)


def _meeting_routes(endpoints: Sequence[Any], source: Source) -> Iterator[Problem]:
    """Two routes that some path fits both: an error when they are the same, a warning when one is more exact."""
    seen: dict[str, Any] = {}
    for plan in endpoints:
        operation = plan.operation
        segments = [operation.method, *(_segment(part) for part in operation.route.split("/")[1:])]
        for other in _fitting(seen, segments, 0):
            same = other[0] == segments
            text = f"`{operation.method} {operation.route}` is also the route of `{other[1]}`"
            if not same:
                text = f"route of `{operation.id}` overlaps with that of `{other[1]}`: the more exact one answers"
            yield source.problem("GW302" if same else "GW303", path_of(plan, "route"), text)
        node = seen
        for part in segments:
            node = node.setdefault(part, {})
        node[""] = (segments, operation.id)


def _segment(part: str) -> str:
    return _WILD if part.startswith("{") else part


def _fitting(node: dict[str, Any], segments: list[str], at: int) -> Iterator[Any]:
    if at == len(segments):
        if "" in node:
            yield node[""]
        return
    part = segments[at]
    steps = [key for key in node if key] if part == _WILD else [key for key in (part, _WILD) if key in node]
    for step in steps:
        yield from _fitting(node[step], segments, at + 1)


def _plain_addresses(endpoints: Sequence[Any], source: Source) -> Iterator[Problem]:
    """A credential must not cross the internet unencrypted; a stub sends it nowhere."""
    asked = [plan for plan in endpoints if not (plan.stubbed or plan.allow_private)]
    for name in dict.fromkeys(plan.operation.integration for plan in asked if plan.operation.base_url[:5] == "http:"):
        yield source.problem(
            "GW306",
            ("integrations", name, "base_url"),
            f"`{name}` is reached by http: its credential would be readable on the way",
            hint="write https, or `allow_private: true` for an address in your own network",
        )


def _timing(plan: Any, source: Source) -> Iterator[Problem]:
    timeout = plan.policies.get("timeout")
    if timeout is not None and timeout.settings.total < timeout.settings.attempt:
        text = f"total of {timeout.settings.total:g}s is shorter than one attempt of {timeout.settings.attempt:g}s"
        yield source.problem("GW304", path_of(plan, "timeout"), text, hint="raise `total`, or lower `attempt`")


def _cached_write(plan: Any, source: Source) -> Iterator[Problem]:
    operation, cache = plan.operation, plan.policies.get("cache")
    own = cache is not None and cache.scope == operation.id
    if own and operation.method not in _READS and operation.method not in cache.settings.methods:
        text = f"`{operation.id}` is a {operation.method}: its answers are not cached"
        yield source.problem("GW305", path_of(plan, "cache"), text, hint="remove `cache`, or list the method there")
