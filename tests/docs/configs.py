"""A piece of a config as the docs show it, made whole enough to be checked as `gateway check` would."""

import tempfile
from pathlib import Path
from typing import Any

import yaml

from gateway.diagnostics import InvalidConfig, Problem
from gateway.loading import load
from gateway.plan import Flags, Keeper, compile_plans, system_kit
from gateway.registry import discover

_TOP = {"version", "server", "defaults", "profiles", "include", "providers", "integrations"}


def is_config(text: str) -> bool:
    """Whether a block is written from the top of a config, whole or in part."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return text.startswith("version:")
    return isinstance(data, dict) and bool(data) and data.keys() <= _TOP


def problems(text: str, folder: Path | None = None) -> tuple[Problem, ...]:
    """What `gateway check` says; a part is given the version and the addresses that it leaves out.

    `folder` is where the files are that it names.
    """
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(folder or temporary, "integrations.yaml")
        path.write_text(_whole(text), encoding="utf-8")
        registry = discover()
        try:
            loaded = load(path, registry, {}, lenient_secrets=True)
            plans = compile_plans(loaded, registry, system_kit(Keeper(), {}), Flags(), "http://localhost:8000")
        except InvalidConfig as invalid:
            return invalid.problems
    return tuple(one for one in (*loaded.warnings, *plans.warnings) if one.code != "GW201")


def _whole(text: str) -> str:
    data: Any = yaml.safe_load(text)
    if "version" in data:
        return text
    for name, integration in (data.get("integrations") or {}).items():
        if "base_url" not in integration:
            text = text.replace(f"\n  {name}:\n", f"\n  {name}:\n    base_url: https://{name}.example\n", 1)
    return f"version: 1\n{text}"
