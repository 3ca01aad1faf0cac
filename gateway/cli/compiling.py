"""What every reading command begins with: a config, compiled and not served."""

import os
import sys
from pathlib import Path

import msgspec

from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig
from gateway.loading import Loaded, collector_resting, load
from gateway.plan import Flags, Keeper, Plans, compile_plans, system_kit
from gateway.registry import Registry, discover

PUBLIC_URL = "http://127.0.0.1:8000"


class Compiled(msgspec.Struct, frozen=True):
    loaded: Loaded
    plans: Plans


def compiled(path: Path, *, stub: bool | None = None) -> Compiled:
    """Raises InvalidConfig. A reference without value is a warning: no vendor is asked."""
    with collector_resting():
        return compiled_with(discover(), path, stub=stub)


def compiled_with(
    registry: Registry, path: Path, *, stub: bool | None = None, lenient: bool = True, allow_private: bool = False
) -> Compiled:
    """Raises InvalidConfig. `lenient` lets a reference without value pass with a warning."""
    flags = msgspec.structs.replace(Flags.read(os.environ), allow_private=allow_private)
    if stub is not None:
        flags = msgspec.structs.replace(flags, stub=stub)
    loaded = load(path, registry, os.environ, lenient_secrets=lenient)
    kit = system_kit(Keeper(), os.environ)
    try:
        plans = compile_plans(loaded, registry, kit, flags, loaded.config.server.public_url or PUBLIC_URL)
    except InvalidConfig as invalid:
        raise InvalidConfig((*loaded.warnings, *invalid.problems), loaded.size) from None
    return Compiled(loaded, plans)


def compiled_or_exit(path: Path) -> Compiled:
    """For commands that need a good config: says its problems and exits 1 otherwise."""
    try:
        return compiled(path)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
    except ValueError as wrong:
        refuse(str(wrong))
