"""What every reading command begins with: a config, compiled and not served."""

import os
import sys
from pathlib import Path

import msgspec

from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig
from gateway.loading import Loaded, load
from gateway.plan import Flags, Keeper, Plans, compile_plans, system_kit
from gateway.registry import discover

PUBLIC_URL = "http://127.0.0.1:8000"


class Compiled(msgspec.Struct, frozen=True):
    loaded: Loaded
    plans: Plans


def compiled(path: Path, *, stub: bool | None = None) -> Compiled:
    """Raises InvalidConfig. Unset references are warnings here: nothing is sent to any vendor."""
    registry = discover()
    flags = Flags.read(os.environ)
    if stub is not None:
        flags = msgspec.structs.replace(flags, stub=stub)
    loaded = load(path, registry, os.environ, lenient_secrets=True)
    kit = system_kit(Keeper(), os.environ)
    plans = compile_plans(loaded, registry, kit, flags, loaded.config.server.public_url or PUBLIC_URL)
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
