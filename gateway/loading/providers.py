"""OAuth providers: each one that a credential names is there, and nothing of theirs crosses the net in the open."""

from collections.abc import Iterator
from typing import Any

from gateway.diagnostics import Problem
from gateway.loading.naming import named, nearest
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.loading.walking import entries

_ADDRESSES = ("authorize", "token", "revoke", "url")


def provider_problems(data: Any, source: Source) -> Iterator[Problem]:
    """What is not of the expected shape is told elsewhere."""
    known = [name for name, _ in entries(data, "providers")]
    for name, provider in entries(data, "providers"):
        yield from _plain_addresses(provider, ("providers", name), source)
    if isinstance(data.get("events"), dict):
        yield from _plain_addresses(data["events"], ("events",), source)
    for name, integration in entries(data, "integrations"):
        credential, path = integration.get("credential"), ("integrations", name, "credential", "provider")
        chosen = credential.get("provider") if isinstance(credential, dict) else None
        if isinstance(chosen, str) and chosen not in known and not source.is_unset(path):
            hint = nearest(chosen, known) or "providers stand at the top of the main file, under `providers`"
            yield source.problem("GW118", path, f"there is no provider `{chosen}`", hint=hint)


def _plain_addresses(provider: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    if provider.get("allow_private") is True:
        return
    for key in _ADDRESSES:
        address = provider.get(key)
        if isinstance(address, str) and address.startswith("http:"):
            text = f"{named((*path, key))} is reached by http: what is sent there would be readable on the way"
            hint = "write https, or `allow_private: true` for one in your own network"
            yield source.problem("GW306", (*path, key), text, hint=hint)
