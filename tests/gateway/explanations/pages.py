"""Reads the pages as their readers do: sections, and the files that a section shows."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gateway.diagnostics import InvalidConfig, Problem
from gateway.loading import load
from gateway.plan import Flags, Keeper, compile_plans, system_kit
from gateway.registry import Registry

ENVIRON = {"CRM_TOKEN": "a-token"}
"""What is set for every example; a page that needs more says `With NAME=value`."""

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"(?:^([^\n]+:)\n\n)?^```(?:yaml|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"[Ii]n `([^`]+)`")
_SETTING = re.compile(r"[Ww]ith `(\w+)=([^`]*)`")


class Example(msgspec.Struct, frozen=True):
    """A config, the files beside it, and what is set in the environment."""

    config: str
    files: Mapping[str, str]
    environ: Mapping[str, str]


def sections(text: str) -> dict[str, str]:
    """What stands before the first heading is under the empty name, without the title."""
    parts = _SECTION.split(text.partition("\n")[2])
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def example(section: str) -> Example | None:
    """None where the section shows no file."""
    config, files = None, {}
    for introduction, block in _BLOCK.findall(section):
        named = _FILE.search(introduction)
        if named is not None:
            files[named[1]] = block
        else:
            config = block
    return None if config is None else Example(config, files, {**ENVIRON, **dict(_SETTING.findall(section))})


def codes(shown: Example, folder: Path, registry: Registry) -> set[str]:
    """What `gateway check` says of it."""
    for name, text in shown.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    path = folder / "integrations.yaml"
    path.write_text(shown.config, encoding="utf-8")
    found: list[Problem] = []
    try:
        loaded = load(path, registry, shown.environ, lenient_secrets=True)
        found += loaded.warnings
        found += compile_plans(loaded, registry, system_kit(Keeper(), {}), Flags(), "").warnings
    except InvalidConfig as invalid:
        found += invalid.problems
    return {problem.code for problem in found}
