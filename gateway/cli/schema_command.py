"""`gateway schema`: the two descriptions that other tools read, of the config language and of what a config serves."""

from pathlib import Path

import click
import msgspec

from gateway.cli import config_option
from gateway.cli.reporting import refuse


@click.command("schema")
@click.argument("what", type=click.Choice(["config", "openapi"]))
@config_option
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write it to this file instead of stdout.")
def command(what: str, config: str, output: str | None) -> None:
    """Print the JSON Schema of the config language, for editors, or the OpenAPI document of what a config serves."""
    text = _config() if what == "config" else _openapi(config)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as unwritable:
        refuse(f"cannot write {output}: {unwritable.strerror}")


def _config() -> str:
    from gateway.cli.documents import schema_text

    return schema_text()


def _openapi(config: str) -> str:
    from gateway.cli.compiling import compiled_or_exit
    from gateway.cli.documents import document_of

    return (
        msgspec.json.format(msgspec.json.encode(document_of(compiled_or_exit(Path(config)))), indent=2).decode() + "\n"
    )
