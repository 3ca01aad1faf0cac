"""`gateway import openapi --update`: what a vendor changed, told as what it would mean to callers."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from gateway.cli.compiling import compiled
from gateway.cli.documents import document_of
from gateway.cli.reporting import refuse, say_problems
from gateway.comparing import Change, changes
from gateway.diagnostics import InvalidConfig
from gateway.editing import Refused
from gateway.editing.updating import update
from gateway.importing import Document


def show_update(document: Document, path: Path, name: str, config: Path) -> int:
    """Prints what is different; gives 1 where anything is."""
    try:
        compiled(config)  # an unfinished config is told what is missing, not what would change
        found = update(config, name, document, path)
        told = changes(_documented(found.before, found.folder), _documented(found.after, found.folder))
    except Refused as refused:
        refuse(str(refused))
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        return 1
    for endpoint in found.gone:
        click.echo(f"{endpoint}  the vendor's document has no such operation")
    for change in told:
        click.echo(_line(change))
    click.echo(f"{path}: {_count(len(told) + len(found.gone))}; {found.unused} operations are not in use", err=True)
    return 1 if told or found.gone else 0


def _documented(data: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """JSON is YAML: the config is read as any other, from beside the files that it names."""
    with tempfile.NamedTemporaryFile("wb", dir=folder, prefix=".update-", suffix=".yaml") as file:
        file.write(msgspec.json.encode(data))
        file.flush()
        return document_of(compiled(Path(file.name)))


def _line(change: Change) -> str:
    parts = (change.subject, change.where, change.what, "(breaks callers)" if change.breaks else "")
    return "  ".join(part for part in parts if part)


def _count(number: int) -> str:
    return "nothing changed" if not number else "1 change" if number == 1 else f"{number} changes"
