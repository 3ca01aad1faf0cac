"""`gateway doctor`: what is wrong with this machine, this installation or its config, and what helps."""

import os
import sys
from pathlib import Path

import click
import msgspec

from gateway.cli import config_option, json_option


@click.command("doctor")
@config_option
@json_option
def command(config: str, as_json: bool) -> None:
    """Tell what is wrong with this machine, this installation or its config, and what helps.

    Looks at what is here and asks no vendor; `gateway check --online` does. Ends with 1 if anything fails.
    """
    from gateway.cli.doctor import Finding, examined

    found: list[Finding] = []
    for finding in examined(Path(config), os.environ):
        found.append(finding)
        if not as_json:
            helps = f" – {finding.helps}" if finding.helps else ""  # noqa: RUF001 - a dash is meant
            click.echo(f"{finding.level:<4}  {finding.what}{helps}")
    failed = any(finding.level == "fail" for finding in found)
    if as_json:
        click.echo(msgspec.json.encode({"ok": not failed, "findings": found}))
    sys.exit(1 if failed else 0)
