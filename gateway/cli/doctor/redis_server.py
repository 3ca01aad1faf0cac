"""How a redis is set up, as far as that matters to gateways that share their state in it."""

from collections.abc import Iterator, Mapping
from typing import Any

import redis

from gateway.cli.findings import Finding, ok, warn

_PATIENCE = 2.0
_FULL = 0.8
"""The part of its memory that a redis may use before somebody should know."""


def setup(address: str, name: str) -> Iterator[Finding]:
    """Asked with the library that everybody knows, since it only looks. What it may not be told, it does not tell."""
    try:
        with redis.Redis.from_url(address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            told: Mapping[str, Any] = client.info("everything")
    except redis.RedisError:
        yield warn(f"{name} does not say how it is set up", "allow the user of this address the command INFO")
        return
    product = "valkey" if "valkey_version" in told else "redis"
    yield ok(f"{name} is {product} {told.get('valkey_version') or told.get('redis_version')}")
    yield from _role(told, name)
    yield from _memory(told, name)


def _role(told: Mapping[str, Any], name: str) -> Iterator[Finding]:
    if told.get("role") == "slave":
        yield warn(f"{name} is a replica, which cannot be written to", "name the primary in `server.shared_state`")


def _memory(told: Mapping[str, Any], name: str) -> Iterator[Finding]:
    policy, most, used = told.get("maxmemory_policy", ""), told.get("maxmemory", 0), told.get("used_memory", 0)
    if policy.startswith("allkeys"):
        helps = "set maxmemory-policy to volatile-ttl or noeviction"
        yield warn(f"{name} forgets whatever it likes when it is full ({policy}), quotas and first answers too", helps)
    if most and used > _FULL * most:
        helps = "raise maxmemory; a redis that is full is done without"
        yield warn(f"{name} uses {used / most:.0%} of the memory that it may use", helps)
