"""How messages call the things of the file: by their names, as people do."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import msgspec

from gateway.config import Endpoint, Integration, Native, Server
from gateway.loading.tree import Keys
from gateway.registry import Registry

_LONGEST = 60


def named(path: Keys) -> str:
    """What stands at a path: `twilio.send_message`, or a key and whose it is."""
    owner, rest = _owner(path)
    keys = [key for key in rest if isinstance(key, str)]
    return f"`{keys[-1]}` of {owner}" if keys else owner


def _owner(path: Keys) -> tuple[str, Keys]:
    match path:
        case ("integrations", name, "endpoints", endpoint, *rest):
            return f"endpoint `{name}.{endpoint}`", tuple(rest)
        case ("integrations", name, *rest):
            return f"integration `{name}`", tuple(rest)
        case ("profiles", name, *rest):
            return f"profile `{name}`", tuple(rest)
        case (key, *rest):
            return f"`{key}`", tuple(rest)
    return "the file", ()


def shown(value: Any) -> str:
    """A value of the file in a message."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text[:_LONGEST]}…`" if len(text) > _LONGEST else f"`{text}`"


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing where nothing is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6) if len(word) <= _LONGEST else ()
    return f"did you mean `{close[0]}`?" if close else ""


def either(words: list[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class Homes:
    """Where each key belongs: for those that stand at the wrong level."""

    def __init__(self, registry: Registry) -> None:
        self._homes: dict[str, list[str]] = {}
        for name in registry.policy_types():
            self._add("`defaults`, a profile, an integration or an endpoint", [name])
        self._add("an endpoint", _fields(Endpoint))
        self._add("an integration", [*_fields(Integration), "credential", "endpoints"])
        self._add("`server`", _fields(Server))
        self._add("`native`", _fields(Native))
        self._add("the top of the file", ["version", "server", "defaults", "profiles", "providers", "integrations"])
        for policy in registry.policies:
            self._add(f"`{policy.name}`", _fields(policy.settings))

    def hint(self, key: str) -> str:
        homes = self._homes.get(key)
        return f"`{key}` belongs in {' or '.join(homes[:2])}" if homes else ""

    def _add(self, home: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._homes.setdefault(key, []).append(home)


def _fields(kind: Any) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from (field.encode_name for field in msgspec.structs.fields(kind))
