"""Compiles a config of one integration in virtual time, for what is told about its endpoints."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

from gateway.explaining import Explained, explained
from gateway.loading import Loaded, load
from gateway.plan import Flags, Plan, compile_plans
from gateway.registry import discover
from tests.kit import kit

HEAD = """\
version: 1
integrations:
  crm:
    base_url: https://crm.example
"""
FIRST = 5
"""The line of the file on which a test's own text begins."""


def compiled(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[Plan, Loaded]:
    """The plan of the only endpoint; waits of its stages pass at once, and chance gives the longest."""
    path = folder / "integrations.yaml"
    path.write_text(HEAD + indent(dedent(text), "    "))
    registry = discover()
    loaded = load(path, registry, environ or {}, lenient_secrets=True)
    plans = compile_plans(loaded, registry, kit(random=1.0), Flags(), "http://localhost:8000")
    return plans.endpoints[0], loaded


def told(folder: Path, text: str, overridden: Mapping[tuple[str, str], str] | None = None) -> Explained:
    plan, loaded = compiled(folder, text)
    return explained(plan, loaded.source, "http://localhost:8000", overridden or {})


async def never(*_: object) -> None:
    """What hangs."""
    await asyncio.Event().wait()
