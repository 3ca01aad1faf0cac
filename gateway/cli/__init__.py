"""The command `gateway`: stdout is data, stderr is talk; 0 fine, 1 findings, 2 usage or internal error."""

from typing import Any

import click

from gateway.cli.group import PLUGINS, Lazy

COMMANDS = {
    "serve": "run the gateway",
    "init": "start a project",
    "add": "add a vendor that comes with the gateway to a config",
    "import": "write an integration from a vendor's own document",
    "fmt": "put a config in order",
    "check": "tell every problem of a config",
    "routes": "list the endpoints that a config declares",
    "explain": "explain a diagnostic, a problem or an endpoint",
    "render": "show what a config comes to, and where each value is from",
    "diff": "show what differs between two configs, or a config and a running gateway",
    "schema": "print the schema of the config language, or the OpenAPI document of a config",
    "keys": "make, list, rotate and revoke callers' keys",
    "vault": "look after the keys that users' tokens are sealed with",
    "audit": "list who did what to the gateway",
    "cost": "add up what vendors have charged",
    "db": "look after the database of keys and connections",
    "drift": "tell how vendors' answers differ from their schemas",
    "smoke": "tell whether a gateway that runs does what it is there for",
    "plugins": "list what is loaded, and the packages that it comes with",
    "why": "tell what became of one request, step by step",
    "logs": "make the lines of a gateway's log readable",
    "doctor": "tell what is wrong with this machine or installation, and what helps",
    "completion": "print the script that makes a shell complete these words",
    "try": "send one request through an endpoint, without a server",
}
"""Each is a file here, imported when it is called: `gateway --help` imports none of them."""

SECTIONS = {
    "Run": ("serve", "try"),
    "Let people in": ("keys", "vault", "audit"),
    "Write a config": ("init", "add", "import", "fmt", "check"),
    "Understand it": ("routes", "explain", "render", "diff", "schema"),
    "Look at a gateway that runs": ("why", "logs", "cost", "drift", "smoke"),
    "This installation": ("db", "plugins", "doctor", "completion"),
}
"""The order in which people meet them; a command that no section names stands last."""


@click.group(
    cls=Lazy,
    known=COMMANDS,
    sections=SECTIONS,
    plugins=PLUGINS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="integration-gateway", prog_name="gateway")
@click.pass_context
def main(context: click.Context) -> None:
    """One YAML file in, proxied, traced and documented vendor endpoints out."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


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


def json_option(function: Any) -> Any:
    """`--json`, the same for every command that shows something."""
    return click.option("--json", "as_json", is_flag=True, help="As JSON, one value.")(function)
