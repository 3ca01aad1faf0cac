"""The config: whether it is there and valid, what it still needs, and whether editors help with it."""

import re
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from gateway.cli.compiling import compiled
from gateway.cli.findings import Finding, fail, ok, warn
from gateway.config import Server
from gateway.diagnostics import InvalidConfig
from gateway.loading import Loaded
from gateway.registry import PluginError

_MODELINE = re.compile(r"^#\s*yaml-language-server:.*?\$schema=(\S+)", re.MULTILINE)
_TOP = 2_000
"""Where an editor looks for it, in characters."""


def configuration(config: Path, environ: Mapping[str, str]) -> Generator[Finding, None, Server]:
    """Returns what the config says of the server; the defaults where there is none that can be read."""
    if not config.is_file():
        yield fail(f"there is no {config}", "`gateway init` makes one; -c names another one")
        return Server()
    loaded = yield from _loaded(config)
    yield from _editor(config)
    if loaded is None:
        return Server()
    yield from _references(loaded, environ)
    return loaded.config.server


def _loaded(config: Path) -> Generator[Finding, None, Loaded | None]:
    try:
        loaded = compiled(config).loaded
    except InvalidConfig as invalid:
        errors = sum(1 for problem in invalid.problems if problem.severity == "error")
        yield fail(f"{config} has {errors} error{'s' if errors > 1 else ''}", f"`gateway check {config}` shows each")
        return None
    except (PluginError, ValueError):
        return None  # told already, of the installation or of the switches
    integrations = loaded.config.integrations
    endpoints = sum(len(one.endpoints) for one in integrations)
    yield ok(f"{config} is valid: {len(integrations)} integrations, {endpoints} endpoints")
    return loaded


def _references(loaded: Loaded, environ: Mapping[str, str]) -> Iterator[Finding]:
    source = loaded.source
    found = [(path, one) for path, references in source.references() for one in references]
    unset = {one for path, one in found if source.is_unset(path) and one.default is None and not environ.get(one.name)}
    if unset:
        names = ", ".join(sorted({one.name for one in unset}))
        yield warn(f"not set: {names}", "set them before `gateway serve`, or serve stubs")
    elif found:
        yield ok(f"all {len({one.id for _, one in found})} variables and files that it refers to have a value")


def _editor(config: Path) -> Iterator[Finding]:
    from gateway.cli.documents import schema_text

    found = _MODELINE.search(config.read_text(encoding="utf-8", errors="replace")[:_TOP])
    if found is None:
        line = "# yaml-language-server: $schema=./schemas/integrations.schema.json"
        yield warn(f"editors do not know what {config} is", f"its first line should be `{line}`")
        return
    if "://" in found[1]:
        yield ok(f"editors check {config} by {found[1]}")
        return
    schema = config.parent / found[1]
    helps = f"`gateway schema config -o {schema}` writes it"
    if not schema.is_file():
        yield warn(f"editors look for {schema}, which is not there", helps)
    elif schema.read_text(encoding="utf-8", errors="replace") != schema_text():
        yield warn(f"{schema} is of another version", helps)
    else:
        yield ok(f"editors check {config} by {schema}, which is of this version")
