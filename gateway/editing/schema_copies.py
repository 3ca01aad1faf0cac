"""The schema files that an integration refers to, and those that they refer to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.loading.schema_files import Document, Files


def referred(data: Any, folder: Path) -> dict[Path, str]:
    """Their texts, by their paths below `folder`."""
    files = Files(folder)
    waiting = [Document("", folder, data)]
    seen: set[Path | None] = {None}
    while waiting:
        document = waiting.pop()
        for reference in _references(document.root):
            found, _, _ = files.find(document, reference)
            if found.path not in seen:
                seen.add(found.path)
                waiting.append(found)
    return {path.relative_to(folder): text for path, text in sorted(files.texts.items())}


def _references(value: Any) -> Iterator[str]:
    """Every local `$ref`, wherever it stands; what is no reference but an example that looks like one does no harm."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
