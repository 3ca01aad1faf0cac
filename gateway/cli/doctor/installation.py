"""Python, the installed distribution, what it needs, and the plugins that it finds."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, entry_points, version

import gateway
from gateway.cli.findings import Finding, fail, ok, warn
from gateway.registry import PluginError, discover

DISTRIBUTION = "integration-gateway"
_GROUPS = ("gateway.policies", "gateway.credentials")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_SHOWN = ("granian", "litestar", "msgspec", "wreq")
"""Whose versions people ask for first."""


def installation() -> Iterator[Finding]:
    running = ".".join(map(str, sys.version_info[:3]))
    yield ok(f"Python {running} at {sys.executable}")
    yield from _distribution()
    yield from _plugins()


def _distribution() -> Iterator[Finding]:
    try:
        installed = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        yield fail(f"{DISTRIBUTION} is not installed", "install it: a copy of its files does not know its plugins")
        return
    if installed.version != gateway.__version__:
        found = f"{DISTRIBUTION} {installed.version} is installed, and {gateway.__version__} runs"
        yield warn(found, "install it anew")
    else:
        yield ok(f"{DISTRIBUTION} {installed.version}")
    needed = [_NAME.findall(line)[0] for line in installed.requires or () if "extra ==" not in line]
    missing = [name for name in needed if _version(name) is None]
    if missing:
        yield fail(f"not installed: {', '.join(missing)}", f"install {DISTRIBUTION} anew, with what it needs")
    else:
        yield ok(f"what it needs: {', '.join(f'{name} {_version(name)}' for name in _SHOWN)}, {len(needed)} in all")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _plugins() -> Iterator[Finding]:
    try:
        registry = discover()
    except PluginError as broken:
        yield fail(str(broken), "take the package out, or install another version of it")
        return
    owners = {entry.dist.name for group in _GROUPS for entry in entry_points(group=group) if entry.dist is not None}
    if not registry.policies or not registry.credentials:
        yield fail("no policies and credentials are found", f"install {DISTRIBUTION} anew")
        return
    counts = f"{len(registry.policies)} policies, {len(registry.credentials)} credentials"
    yield ok(f"{counts}, from {', '.join(sorted(owners))}")
