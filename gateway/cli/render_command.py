"""`gateway render`: what a config comes to once everything is inherited and filled in, and where each line is from."""

from pathlib import Path
from typing import Any

import click
import msgspec

from gateway.cli import config_option, json_option
from gateway.cli.completing import endpoint_or_integration
from gateway.cli.loading import rendered_or_exit
from gateway.cli.reporting import refuse
from gateway.rendering import Rendered, as_yaml


@click.command("render")
@click.argument("name", required=False, shell_complete=endpoint_or_integration)
@config_option
@json_option
@click.option("--no-origins", is_flag=True, help="Without the file and line of each value.")
def command(name: str | None, config: str, as_json: bool, no_origins: bool) -> None:
    """Show what a config comes to: all of it, or the integration or endpoint NAME.

    Defaults, profiles and integrations are merged into each endpoint, references and schemas filled in, and secrets
    shown as <secret env:NAME>. Behind each value stands the line that it comes from, or `default`.
    """
    rendered = rendered_or_exit(Path(config))
    if name is not None:
        rendered = _only(rendered, name)
    if as_json:
        origins = {} if no_origins else {"origins": rendered.origins}
        click.echo(msgspec.json.encode({"config": rendered.config, **origins}))
        return
    click.echo(as_yaml(rendered.config, None if no_origins else rendered.origins), nl=False)


def _only(rendered: Rendered, name: str) -> Rendered:
    """Origins stay as they are: their pointers lead to the same places."""
    integration, _, endpoint = name.partition(".")
    found: dict[str, Any] = rendered.config["integrations"].get(integration, {})
    if endpoint:
        found = {"endpoints": {key: value for key, value in found.get("endpoints", {}).items() if key == endpoint}}
    if not found or found == {"endpoints": {}}:
        refuse(f"there is no integration or endpoint `{name}`; `gateway routes` lists them")
    at = f"/integrations/{integration}/" + (f"endpoints/{endpoint}/" if endpoint else "")
    origins = {pointer: origin for pointer, origin in rendered.origins.items() if pointer.startswith(at)}
    return msgspec.structs.replace(rendered, config={"integrations": {integration: found}}, origins=origins)
