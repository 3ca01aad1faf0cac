"""`gateway doctor`: what is wrong with this machine, this installation or its config, and what helps."""

import os
import sys
from pathlib import Path

import click

from gateway.cli import config_option, json_option


@click.command("doctor")
@config_option
@json_option
def command(config: str, as_json: bool) -> None:
    """Tell what is wrong with this machine, this installation or its config, and what helps.

    Looks at what is here and asks no vendor; `gateway check --online` does. Ends with 1 if anything fails.
    """
    from gateway.cli.doctor import examined
    from gateway.cli.findings import tell

    sys.exit(tell(examined(Path(config), os.environ), as_json=as_json))
