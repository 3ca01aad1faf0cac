"""`gateway routes`: what a config declares, one line an endpoint."""

from pathlib import Path

import click
import msgspec

from gateway.cli import config_option, json_option
from gateway.cli.compiling import compiled_or_exit
from gateway.declared import Operation


@click.command("routes")
@config_option
@json_option
def command(config: str, as_json: bool) -> None:
    """List the endpoints that a config declares."""
    plans = compiled_or_exit(Path(config)).plans
    rows = [_row(plan.operation) for plan in (*plans.endpoints, *plans.native)]
    if as_json:
        click.echo(msgspec.json.encode(rows))
        return
    widths = {key: max(len(row[key]) for row in rows) for key in ("method", "route", "endpoint")} if rows else {}
    for row in rows:
        cells = [row[key].ljust(widths[key]) for key in ("method", "route", "endpoint")]
        click.echo("  ".join([*cells, row["summary"]]).rstrip())


def _row(operation: Operation) -> dict[str, str]:
    return {
        "method": operation.method,
        "route": operation.route,
        "endpoint": operation.id,
        "upstream": f"{operation.upstream_method} {operation.base_url}{operation.upstream}",
        "summary": operation.summary,
    }
