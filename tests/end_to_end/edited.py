"""The shipped file with a few words changed, beside the schemas that it names."""

from pathlib import Path

from tests.running import ROOT, SHIPPED


def edited(folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy in `folder` where the first of each pair, which has to be there, is replaced by the second."""
    schemas = folder / "schemas"
    if not schemas.exists():
        schemas.symlink_to(ROOT / "schemas")
    config = folder / "integrations.yaml"
    config.write_text(changed(*changes))
    return config


def changed(*changes: tuple[str, str]) -> str:
    text = SHIPPED.read_text()
    for old, new in changes:
        assert old in text, f"the shipped file has no {old!r}"
        text = text.replace(old, new, 1)
    return text
