"""What only shows when one place of the file is held against another."""

import ipaddress
import re
from collections.abc import Collection, Iterator
from typing import Any

from gateway.diagnostics import Problem
from gateway.loading import corrections
from gateway.loading.levels import MOST_PROFILES
from gateway.loading.naming import named, nearest, shown
from gateway.loading.source import Source
from gateway.loading.templates import placeholders, template_faults
from gateway.loading.tree import Keys
from gateway.loading.walking import endpoints, entries
from gateway.paging import expression_fault

_ADDRESS = re.compile(
    r"https?://(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:{}\[\]\\]+)(:[0-9]{1,5})?(/[^\s?#{}\\]*)?",
)
_PLAIN = re.compile(r"[A-Z]+ /[^\s?#]*")


def check_document(data: Any, source: Source) -> Iterator[Problem]:
    """Everything that is found; what is not of the expected shape is told elsewhere."""
    yield from _proxies(data, source)
    profiles = data.get("profiles")
    known = frozenset(profiles) if isinstance(profiles, dict) else frozenset()
    for name, integration in entries(data, "integrations"):
        path: Keys = ("integrations", name)
        yield from _extends(integration, path, known, source)
        yield from _base_url(integration, path, source)
        if isinstance(integration.get("native"), dict):
            yield from _base_url(integration["native"], (*path, "native"), source)
    for path, endpoint in endpoints(data):
        yield from _extends(endpoint, path, known, source)
        yield from _answers(endpoint, path, source)
        yield from _media_types(endpoint, path, source)
        yield from _selection(endpoint, path, source)
        yield from _templates(endpoint, path, source)
        yield from _parameters(endpoint, path, source)


def _proxies(data: Any, source: Source) -> Iterator[Problem]:
    server = data.get("server")
    proxies = server.get("trusted_proxies") if isinstance(server, dict) else None
    for index, proxy in enumerate(proxies if isinstance(proxies, list) else ()):
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            path = ("server", "trusted_proxies", index)
            yield source.problem("GW109", path, "expected an address or a network, such as `10.0.0.0/8`")


def _extends(level: dict[str, Any], path: Keys, known: Collection[str], source: Source) -> Iterator[Problem]:
    names = level.get("extends")
    if isinstance(names, list) and len(names) > MOST_PROFILES:
        message = f"expected at most {MOST_PROFILES} profiles, got {len(names):,}"
        yield source.problem("GW108", (*path, "extends"), message)
        return
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and name not in known:
            at = (*path, "extends", index)
            yield source.problem("GW113", at, f"there is no profile `{name}`", hint=nearest(name, known))


def _base_url(level: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    address, at = level.get("base_url"), (*path, "base_url")
    if isinstance(address, str) and not _ADDRESS.fullmatch(address) and not source.is_unset(at):
        message = "expected an address without query, fragment or password, such as `https://api.example.com/v1`"
        hint = corrections.address(address) if source.is_open(at) else ""
        yield source.problem("GW116", at, message, hint=hint)


def _answers(endpoint: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    if "response" in endpoint and "responses" in endpoint:
        message = f"{named(path)} has both `response` and `responses`"
        hint = "`response` is short for `responses: {200: {schema: …}}`"
        yield source.problem("GW114", (*path, "responses"), message, hint=hint, at_key=True)


def _selection(endpoint: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    reply = endpoint.get("reply")
    select = reply.get("select") if isinstance(reply, dict) else None
    if isinstance(select, str) and (wrong := expression_fault(select)):
        yield source.problem("GW111", (*path, "reply", "select"), f"`select` {wrong}")


def _media_types(endpoint: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    for status, answer in entries(endpoint, "responses"):
        kind = answer.get("type")
        if isinstance(kind, str) and "/" not in kind:
            at = (*path, "responses", status, "type")
            message = f"expected a media type, such as `audio/mpeg`, got {shown(kind)}"
            yield source.problem("GW109", at, message, hint="a JSON Schema stands under `schema`")


def _parameters(endpoint: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    route, upstream, described = (endpoint.get(key) for key in ("route", "upstream", "path"))
    if not isinstance(route, str) or any(found.code == "GW115" for found in _templates(endpoint, path, source)):
        return
    names = dict.fromkeys(placeholders(route))
    for name in described if isinstance(described, dict) else ():
        if name not in names:
            at = (*path, "path", name)
            message = f"the route of {named(path)} has no parameter `{name}`"
            yield source.problem("GW115", at, message, hint=nearest(name, names), at_key=True)
    for name in placeholders(upstream) if isinstance(upstream, str) else ():
        if name not in names:
            message = f"`upstream` of {named(path)} needs `{name}`, which the route does not have"
            yield source.problem("GW115", (*path, "upstream"), message, hint=nearest(name, names))


def _templates(endpoint: dict[str, Any], path: Keys, source: Source) -> Iterator[Problem]:
    for key in ("route", "upstream"):
        template, at = endpoint.get(key), (*path, key)
        if isinstance(template, str) and _PLAIN.fullmatch(template):
            for message, hint in template_faults(key, source.written(at) or template):
                yield source.problem("GW115", at, message, hint=hint)
