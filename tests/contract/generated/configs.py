"""Whole configs: integrations, what they inherit from defaults and profiles, the server, credentials, native mounts."""

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.contract.generated.endpoints import endpoint, routes
from tests.contract.generated.policies import CALM, NOT_NULL, TROUBLED, Strategy
from tests.contract.generated.schemas import Draw

Config = dict[str, Any]

NAMES = ("crm", "mail-2", "x")
_CREDENTIALS = (
    {"use": "bearer", "token": "${TOKEN:-abc}"},
    {"use": "basic", "username": "${USER_NAME}", "password": "${env:PASSWORD}"},
    {"use": "header", "name": "X-API-Key", "value": "${KEY}"},
    {"use": "query", "name": "api_key", "value": "${KEY}"},
    {"use": "none"},
)


def calm() -> st.SearchStrategy[Config]:
    """Under which a well-formed request succeeds."""
    return _config(CALM)


def troubled() -> st.SearchStrategy[Config]:
    """Under which it may be refused, in ways that the document tells of."""
    return _config(TROUBLED)


@st.composite
def _config(draw: Draw, policies: Mapping[str, Strategy]) -> Config:
    found: Config = {"version": 1}
    if draw(st.booleans()):
        found["x-shared"] = {"note": "not read"}
    if draw(st.booleans()):
        found["server"] = _server(draw)
    on: set[str] = set()
    if draw(st.booleans()):
        found["defaults"] = _level(draw, policies, on)
    if policies is TROUBLED:
        found.setdefault("defaults", {})["timeout"] = draw(policies["timeout"])
    profiles = {name: _level(draw, policies, set(), nulls=False) for name in ("patient", "busy") if draw(st.booleans())}
    if profiles:
        found["profiles"] = profiles
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    found["integrations"] = {name: _integration(draw, policies, set(on), profiles) for name in names}
    return found


def _server(draw: Draw) -> Config:
    optional: dict[str, Strategy] = {
        "base_path": st.sampled_from(["/", "/api", "/a/b.c"]),
        "public_url": st.sampled_from(["https://gateway.example", "https://gateway.example/below"]),
        "callers": st.just({"api_keys": "off"}),
        "cors": st.just({"origins": ["https://app.example"]}),
        "body_limit": st.sampled_from(["1MiB", "10MiB"]),
        "response_limit": st.just("1MiB"),
        "trusted_proxies": st.just(["10.0.0.0/8"]),
        "tls": st.just({"cert": "cert.pem", "key": "key.pem"}),
    }
    server: Config = draw(st.fixed_dictionaries({}, optional=optional))
    return server


def _level(draw: Draw, policies: Mapping[str, Strategy], on: set[str], *, nulls: bool = True) -> Config:
    """Some policies' keys; `on` are those that are inherited, and is changed to what is on after this level."""
    found: Config = {}
    for name in draw(st.lists(st.sampled_from(sorted(policies)), max_size=3, unique=True)):
        if nulls and name not in NOT_NULL and draw(st.integers(0, 3)) == 0:
            found[name] = None
            on.discard(name)
        elif name in on - {"errors", "stub"} and draw(st.integers(0, 4)) == 0:
            found[name] = {}
            on.add(name)
        else:
            found[name] = draw(policies[name])
            on.add(name)
    return found


def _integration(draw: Draw, policies: Mapping[str, Strategy], on: set[str], profiles: Config) -> Config:
    found: Config = {
        "base_url": draw(st.sampled_from(["https://vendor.example/v1", "${BASE_URL:-https://vendor.example}"]))
    }
    if draw(st.booleans()):
        found |= {"title": "A vendor", "allow_private": draw(st.booleans())}
    if draw(st.booleans()):
        found["credential"] = copy.deepcopy(draw(st.sampled_from(_CREDENTIALS)))
    _extends(draw, found, profiles, on)
    found |= _level(draw, policies, on)
    found["endpoints"] = {
        f"call_{number}": _endpoint(draw, route, policies, set(on), profiles)
        for number, route in enumerate(draw(routes()))
    }
    if draw(st.integers(0, 4)) == 0:
        errors = draw(st.sampled_from(["vendor", "problem", "both"]))
        found["native"] = {"mount": "/native/x", "allow": ["GET /things/*", "POST /**"], "error_format": errors}
    return found


def _endpoint(draw: Draw, route: str, policies: Mapping[str, Strategy], on: set[str], profiles: Config) -> Config:
    found: Config = draw(endpoint(route))
    if draw(st.integers(0, 3)) == 0:
        _extends(draw, found, profiles, on)
    return {**found, **_level(draw, policies, on)}


def _extends(draw: Draw, level: Config, profiles: Config, on: set[str]) -> None:
    taken = [name for name in profiles if draw(st.booleans())]
    if taken:
        level["extends"] = taken
        on.update(key for name in taken for key in profiles[name])
