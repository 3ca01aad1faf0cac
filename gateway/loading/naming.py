"""How messages call the things of the file: by their names, as people do."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any, get_args

import msgspec

from gateway.config import Endpoint, Integration, Native, Server
from gateway.loading.text_slips import after_colon
from gateway.loading.tree import Keys
from gateway.registry import Registry

_LONGEST = 60
_MANY = 200
_NEAR, _NEAREST = 0.6, 0.85

_ELSEWHERE = {
    "address": "base_url", "host": "base_url", "uri": "base_url", "url": "base_url",
    "auth": "credential", "authentication": "credential", "authorization": "credential",
    "method": "route", "params": "query", "parameters": "query",
    "request": "body", "payload": "body", "output": "response", "result": "response",
    "throttle": "rate_limit", "circuitbreaker": "breaker", "max_attempts": "attempts", "threshold": "failures",
    "type": "use", "kind": "use", "scheme": "use", "user": "username", "pass": "password", "api_key": "token value",
    "profile": "profiles extends",
    "apikey": "header", "oauth2": "oauth", "max_concurrent": "concurrent", "max_requests": "requests",
    "interval": "per", "window": "per", "expires": "ttl", "max_age": "ttl", "status_code": "status", "code": "status",
}  # fmt: skip
"""What others call some of our keys; told only where ours is allowed."""
_COMMON = frozenset({"key", "name", "path", "title", "type"})
"""Keys that say too little for one to know where they belong."""


def named(path: Keys) -> str:
    """What stands at a path: `twilio.send_message`, or a key and whose it is."""
    owner, rest = _owner(path)
    keys = [key for key in rest if isinstance(key, str)]
    return f"`{keys[-1]}` of {owner}" if keys else owner


def _owner(path: Keys) -> tuple[str, Keys]:
    match path:
        case ("integrations", name, "endpoints", endpoint, *rest):
            return f"endpoint `{name}.{endpoint}`", tuple(rest)
        case ("providers", name, *rest):
            return f"provider `{name}`", tuple(rest)
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


def kind_of(value: Any) -> str:
    """Of what kind a value is, without the value."""
    return "text" if isinstance(value, str) else "a number" if isinstance(value, float) else shown(value)


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing where nothing is near."""
    close = closest(word, known)
    return f"did you mean `{close}`?" if close else ""


def closest(word: str, known: Iterable[str], cutoff: float = _NEAR) -> str:
    """The known word that is spelt most alike, whatever its case; empty where none is."""
    known = list(islice(known, _MANY))
    others = _ELSEWHERE.get(word.lower().replace("-", "_"), "").split()
    if (other := next((one for one in others if one in known), None)) is not None:
        return other
    lowered = {one.lower(): one for one in known}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=cutoff) if len(word) <= _LONGEST else ()
    return lowered[close[0]] if close else ""


def meant(key: str, allowed: Iterable[str]) -> str:
    """The allowed key that an unknown one stands for, as far as one can tell."""
    return closest(key.partition(":")[0], allowed)


def either(words: list[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class Homes:
    """Where each key belongs: for those that stand at the wrong level."""

    def __init__(self, registry: Registry) -> None:
        self._homes: dict[str, list[str]] = {}
        policies = registry.policy_types()
        for name in policies:
            self._add("`defaults`, a profile, an integration or an endpoint", [name])
        self._add("an endpoint", _fields(Endpoint))
        self._add("an integration", [*_fields(Integration), "credential", "endpoints"])
        self._add("`server`", _fields(Server))
        self._add("`native`", _fields(Native))
        self._add("the top of the file", ["version", "server", "defaults", "profiles", "providers", "integrations"])
        for policy in registry.policies:
            self._add(f"`{policy.name}`", _fields(policy.settings))
        for credential in registry.credentials:
            self._add("`credential`", ["use", *_fields(credential.settings)])
        self.endpoint = frozenset({*_fields(Endpoint), *policies})
        self.integration = frozenset({*_fields(Integration), "credential", "endpoints", *policies})

    def hint(self, key: str, allowed: Iterable[str]) -> str:
        """Of an unknown key: what it is a slip of, where it belongs, or what is spelt alike here."""
        allowed = tuple(allowed)
        spaced = after_colon(key)
        if spaced is not None:
            return spaced[0]
        if (first := key.partition(" ")[0]) in allowed:
            return f"a `:` is missing after `{first}`"
        homes = self.of(key)
        if homes and not closest(key, allowed, _NEAREST):
            return homes
        return nearest(key, allowed)

    def of(self, key: str) -> str:
        """Where a key belongs that is known elsewhere."""
        homes = self._homes.get(key) if key not in _COMMON else None
        return f"`{key}` belongs in {' or '.join(homes[:2])}" if homes else ""

    def _add(self, home: str, keys: Iterable[str]) -> None:
        for key in keys:
            known = self._homes.setdefault(key, [])
            if home not in known:
                known.append(home)


def _fields(kind: Any) -> Iterator[str]:
    """The keys of a struct, or of the structs that a list holds."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from (field.encode_name for field in msgspec.structs.fields(kind))
    for item in get_args(kind):
        yield from _fields(item)
