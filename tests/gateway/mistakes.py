"""Checks a config as `gateway check` does: with every installed policy, through loading and compiling."""

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from gateway.cli.compiling import PUBLIC_URL
from gateway.contract import Kit
from gateway.diagnostics import InvalidConfig, Problem, render_concise
from gateway.loading import load
from gateway.plan import Flags, Keeper, compile_plans, system_kit
from gateway.registry import Registry, discover


@cache
def installed() -> tuple[Registry, Kit]:
    return discover(), system_kit(Keeper(), {})


def examined(path: Path, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Every error, or where there is none every warning."""
    registry, kit = installed()
    try:
        loaded = load(path, registry, environ, lenient_secrets=True)
        plans = compile_plans(loaded, registry, kit, Flags(), PUBLIC_URL)
    except InvalidConfig as invalid:
        return invalid.problems
    return (*loaded.warnings, *plans.warnings)


def told(config: bytes, environ: Mapping[str, str], beside: Path | None = None) -> str:
    """The problems as people read them, one a line, with what would be right below; `ok` if there are none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "integrations.yaml")
        path.write_bytes(config)
        if beside is not None:
            Path(folder, beside.name).symlink_to(beside.resolve())
        problems = examined(path, environ)
    lines = [render_concise(problem).removeprefix(f"{folder}/integrations.yaml:") for problem in problems]
    hints = [f"\n    {problem.hint}" if problem.hint else "" for problem in problems]
    return "\n".join(line + hint for line, hint in zip(lines, hints, strict=True)) or "ok"
