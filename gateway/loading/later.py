"""Keys of later versions: told as such wherever they stand, and taken out, so that nobody believes that they work."""

from collections.abc import Iterator
from typing import Any

from gateway.config import LATER_CREDENTIALS, LATER_POLICIES
from gateway.diagnostics import Problem
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.loading.walking import structures
from gateway.registry import Registry, tag_of


def later_problems(data: Any, registry: Registry, source: Source) -> Iterator[Problem]:
    """Changes `data` in place."""
    known = {policy.name for policy in registry.policies}
    policies = tuple(name for name in LATER_POLICIES if name not in known)
    for path, level in list(structures(data)):
        for key in (key for key in policies if key in level):
            del level[key]
            yield _problem(source, (*path, key), f"`{key}`")
        if path[:1] == ("integrations",):
            yield from _credential(level, path, registry, source)


def _credential(integration: dict[str, Any], path: Keys, registry: Registry, source: Source) -> Iterator[Problem]:
    known = {tag_of(credential.settings) for credential in registry.credentials}
    later = {tag_of(settings) for settings in LATER_CREDENTIALS} - known
    credential = integration.get("credential")
    use = credential.get("use") if isinstance(credential, dict) else None
    if isinstance(use, str) and use in later:
        del integration["credential"]
        yield _problem(source, (*path, "credential", "use"), f"`credential: {{use: {use}}}`")


def _problem(source: Source, path: Keys, what: str) -> Problem:
    return source.problem("GW112", path, f"{what} is not available in this version")
