"""The command `gateway`: stdout is data, stderr is talk; 0 fine, 1 findings, 2 usage or internal error."""

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "serve": "run the gateway",
    "check": "tell every problem of a config",
    "routes": "list the endpoints that a config declares",
    "explain": "show what one endpoint does with a request",
    "try": "send one request through an endpoint, without a server",
}
"""Each is a file here, imported when it is called: `gateway --help` imports none of them."""


class Lazy(click.Group):
    """Knows the names and one-line helps of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"gateway.cli.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="integration-gateway", prog_name="gateway")
def main() -> None:
    """One YAML file in, proxied, traced and documented vendor endpoints out."""


def config_option(function: Any) -> Any:
    """`-c FILE`, the same for every command that reads a config."""
    return click.option(
        "-c",
        "--config",
        default="integrations.yaml",
        show_default=True,
        envvar="GATEWAY_CONFIG",
        type=click.Path(dir_okay=False),
        help="The file that declares the integrations.",
    )(function)
