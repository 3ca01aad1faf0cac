"""`gateway init`: a project that answers at once, in a folder that may have other things in it."""

from pathlib import Path

import click

from gateway.cli.reporting import refuse


@click.command("init")
@click.argument("directory", default=".", metavar="[DIR]", type=click.Path(file_okay=False))
@click.option("--vendor", "vendors", multiple=True, metavar="NAME",
              help="A vendor to begin with, instead of the example; may be given several times.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only list what would be written.")
def command(directory: str, vendors: tuple[str, ...], dry_run: bool) -> None:
    """Start a project in DIR (here if none is named), without overwriting anything."""
    from gateway.editing import Refused, Shipped, start, write
    from gateway.registry import discover

    folder = Path(directory)
    try:
        begun = start(folder, discover(), Shipped(), vendors)
        for change in begun.changes:
            if not dry_run:
                write(change)
            click.echo(change.path)
    except Refused as refused:
        refuse(str(refused))
    for path in begun.kept:
        click.echo(f"{path} is there already and stays as it is{_hint(path)}", err=True)
    if dry_run:
        click.echo(f"{len(begun.changes)} files would be written", err=True)
    else:
        _say_next(folder, vendors)


def _hint(path: Path) -> str:
    return ": it should name var/ and .env" if path.name == ".gitignore" else ""


def _say_next(folder: Path, vendors: tuple[str, ...]) -> None:
    there = "" if folder == Path() else f"cd {folder} && "
    if vendors:
        steps = [f"{there}gateway check", "INTEGRATIONS_STUB_MODE=true gateway serve", "gateway routes"]
    else:
        steps = [f"{there}gateway check", "gateway serve", "curl http://127.0.0.1:8000/api/v1/example/greetings/ada"]
    click.echo("\nNext:\n" + "\n".join(f"  {step}" for step in steps), err=True)
    if vendors:
        click.echo("\nWithout stubs the vendors are asked: .env.example lists what has to be set for that.", err=True)
