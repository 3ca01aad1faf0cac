"""Keys of later versions: told as such wherever they stand, and taken out, so that nobody believes that they work."""

from collections.abc import Iterator
from typing import Any

from gateway.config import LATER_POLICIES
from gateway.diagnostics import Problem
from gateway.loading.source import Source
from gateway.loading.walking import structures
from gateway.registry import Registry


def later_problems(data: Any, registry: Registry, source: Source) -> Iterator[Problem]:
    """Changes `data` in place."""
    known = {policy.name for policy in registry.policies}
    policies = tuple(name for name in LATER_POLICIES if name not in known)
    for path, level in list(structures(data)):
        for key in (key for key in policies if key in level):
            del level[key]
            yield source.problem("GW112", (*path, key), f"`{key}` is not available in this version")
