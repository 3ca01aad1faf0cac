"""Reads the files of tests/config: an input, a row of dashes, and what `gateway check --format concise` says."""

import re
import tempfile
from pathlib import Path

from gateway.diagnostics import InvalidConfig, render_concise
from gateway.loading import load
from tests.gateway.loading.toys import REGISTRY

DASHES = "----------"
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_VARIABLE = re.compile(r"^# env: (\w+)=(.*?)\r?$", re.MULTILINE)


def split(text: str) -> tuple[str, str]:
    """The input and the expected lines."""
    config, _, expected = text.partition(f"{DASHES}\n")
    return config, expected.strip()


def main_file(config: str) -> str:
    """The file that is loaded, without those that it includes."""
    return _FILE.split(config)[0]


def outcome(config: str, folder: Path) -> str:
    """The problems and warnings, one a line, or `ok`; `folder` holds the schemas and documents."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary, "integrations.yaml")
        main, *others = _FILE.split(config)
        path.write_bytes(main.encode())
        for name, text in zip(others[::2], others[1::2], strict=True):
            other = Path(temporary, name)
            other.parent.mkdir(exist_ok=True)
            other.write_text(text, encoding="utf-8")
        for name in ("schemas", "documents"):
            Path(temporary, name).symlink_to(folder.resolve() / name)
        try:
            loaded = load(path, REGISTRY, dict(_VARIABLE.findall(config)), lenient_secrets="# lenient\n" in config)
            problems = loaded.warnings
        except InvalidConfig as invalid:
            problems = invalid.problems
    return "\n".join(render_concise(problem).removeprefix(f"{temporary}/") for problem in problems) or "ok"
