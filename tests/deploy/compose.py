"""docker-compose.yml as compose reads it, with nothing set: merged, interpolated, by profile."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tests.running import ROOT

FILE = ROOT / "docker-compose.yml"
_REFERENCE = re.compile(r"\$\{([A-Z_]+):?-([^}]*)\}")


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(_REFERENCE.sub(r"\2", FILE.read_text()))
    return told


def services(profile: str | None = None) -> dict[str, dict[str, Any]]:
    """Those that are started with the profile, or without any."""
    every = compose()["services"]
    return {name: one for name, one in every.items() if not one.get("profiles") or profile in one["profiles"]}


def mounts(service: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Where each is from, where it is put, and whether it may be written to."""
    for volume in service.get("volumes", ()):
        source, target, *mode = volume.split(":")
        yield source, target, mode != ["ro"]
