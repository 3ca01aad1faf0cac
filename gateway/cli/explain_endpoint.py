"""What `gateway explain` says of an endpoint."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import click
import msgspec

from gateway.cli.compiling import PUBLIC_URL, compiled_or_exit
from gateway.cli.reporting import refuse
from gateway.explaining import explained, lines

_LISTED = "`gateway routes` lists them"


def explain_endpoint(name: str, config: str, *, as_json: bool) -> None:
    """Prints it; ends with 2 where there is no such endpoint."""
    result = compiled_or_exit(Path(config))
    plans = {plan.operation.id: plan for plan in result.plans.endpoints}
    if name not in plans:
        near = get_close_matches(name, plans, n=1)
        refuse(f"there is no endpoint `{name}`; " + (f"did you mean `{near[0]}`?" if near else _LISTED))
    told = explained(plans[name], result.loaded.source, PUBLIC_URL, _overridden(os.environ))
    click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2) if as_json else "\n".join(lines(told)))


def _overridden(environ: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Which values a variable decides, whatever the file says."""
    variable = "RATE_LIMIT_PER_MINUTE"
    return {("quota", key): variable for key in ("requests", "per")} if environ.get(variable) else {}
