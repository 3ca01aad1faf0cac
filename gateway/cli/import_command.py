"""`gateway import`: an integration made from a vendor's own document."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli import config_option
from gateway.cli.compiling import compiled
from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig

if TYPE_CHECKING:
    from gateway.importing import Document


@click.group("import")
def command() -> None:
    """Write an integration from a vendor's own document."""


@command.command("openapi")
@click.argument("document", type=click.Path(dir_okay=False, path_type=Path))
@click.option("-o", "--operation", "operations", multiple=True, metavar="OPERATION",
              help="An operationId, `GET /path`, `/path/**` or `tag:NAME`; all of them if left out.")  # fmt: skip
@click.option("--as", "name", metavar="NAME", help="The integration's name; the document's own name if left out.")
@click.option("--list", "as_list", is_flag=True, help="List the document's operations.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show as a diff what would change.")
@click.option("--update", is_flag=True, help="Write nothing; show what the vendor changed for the integration NAME.")
@config_option
def openapi(
    document: Path,
    operations: tuple[str, ...],
    name: str | None,
    as_list: bool,
    dry_run: bool,
    update: bool,
    config: str,
) -> None:
    """Write an integration into a config, from DOCUMENT: OpenAPI 3.0 or 3.1, or a Google discovery document.

    What is written there stays as it is. Schemas go to files beside it.
    """
    described = _document(document)
    if as_list:
        for offered in described.operations:
            click.echo(f"{offered.name}  {offered.method} {offered.path}".rstrip())
        return
    name = name or _name(document)
    if update:
        from gateway.cli.import_update import show_update

        sys.exit(show_update(described, document, name, Path(config)))
    _write(described, name, operations, Path(config), dry_run=dry_run)


def _document(path: Path) -> "Document":
    from gateway.importing import Document, NotUnderstood, Unreadable, text_of, values_of

    try:
        return Document(values_of(text_of(path)))
    except NotUnderstood as reason:
        refuse(f"{path}: {reason}{f'; {reason.hint}' if reason.hint else ''}", 1)
    except Unreadable as reason:
        refuse(f"{path}: {reason}", 1)


def _name(path: Path) -> str:
    """`twilio_api_v2010.json` is twilio, `vapi.openapi.json` is vapi."""
    from gateway.importing import snake_case

    words = snake_case(path.name.partition(".")[0]).split("_")
    return words[0] if words[0][:1].isalpha() else "vendor"


def _write(document: "Document", name: str, operations: tuple[str, ...], config: Path, *, dry_run: bool) -> None:
    from gateway.editing import Refused, add_imported, difference, write

    try:
        addition = add_imported(config, document, name, operations)
        for change in addition.changes:
            if not dry_run:
                write(change)
            click.echo(difference(change) if dry_run else change.path, nl=not dry_run)
    except Refused as refused:
        refuse(str(refused))
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        refuse(f"{config} cannot be read as it is, so nothing was changed", 1)
    for note in addition.notes:
        click.echo(f"note: {note}", err=True)
    unset = [one.name for one in addition.variables if one.default is None]
    if unset:
        click.echo(f"to set before it serves: {', '.join(unset)}", err=True)
    if not dry_run and addition.whole:
        sys.exit(_check(config))


def _check(config: Path) -> int:
    try:
        result = compiled(config)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        return 1
    say_problems(one for one in (*result.loaded.warnings, *result.plans.warnings) if one.code != "GW201")
    return 0
