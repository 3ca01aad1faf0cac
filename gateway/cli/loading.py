"""What commands begin with that look at a config and build nothing of it."""

import os
import sys
from pathlib import Path

from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig
from gateway.loading import load
from gateway.registry import PluginError, discover
from gateway.rendering import Rendered, resolved


def rendered_or_exit(path: Path) -> Rendered:
    """Says the problems of a config and exits 1 where it has any. References without value are none here."""
    try:
        return rendered(path)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
    except PluginError as broken:
        refuse(str(broken))


def rendered(path: Path) -> Rendered:
    """Raises InvalidConfig."""
    registry = discover()
    return resolved(load(path, registry, os.environ, lenient_secrets=True), registry)
