"""`gateway smoke`: whether a gateway that runs does what it is there for, asked as a caller would ask."""

import os
import sys
from typing import TYPE_CHECKING

import click

from gateway.cli import json_option

if TYPE_CHECKING:
    from gateway.cli.smoke.asking import Visitor


@click.command("smoke")
@click.argument("url", envvar="GATEWAY_SMOKE_URL", required=False)
@click.option("--key", metavar="KEY", help="A caller's key, for a gateway that asks for one; best by the variable.")
@click.option("--user", metavar="ID", help="On whose behalf it asks, where a vendor is asked with users' own accounts.")
@click.option("--admin", metavar="URL", help="Its admin address; on this machine the usual one, if left out.")
@click.option(
    "--quick", is_flag=True, help="Only whether it is alive and ready, as a health check of a container asks."
)
@click.option(
    "--insecure", is_flag=True, help="Believe any certificate, where it is asked by another name than its own."
)
@json_option
def command(
    url: str | None, key: str | None, user: str | None, admin: str | None, quick: bool, insecure: bool, as_json: bool
) -> None:
    """Ask the gateway at URL whether it does what it is there for: the checks of the first hour.

    Reads only: of each integration one GET without parameters, and so one request to the vendor unless it is stubbed or
    cached. URL is the gateway of this machine if left out. Ends with 1 if anything fails.
    """
    from gateway.cli.findings import tell
    from gateway.cli.reporting import refuse
    from gateway.cli.smoke.asking import Visitor
    from gateway.cli.smoke.visit import Visit

    address = url or f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT') or 8000}"
    fields = {"authorization": f"Bearer {key}"} if key else {}
    if user:
        fields["x-gateway-user"] = user
    try:
        caller = Visitor(address, fields, insecure=insecure)
        operator = _operator(admin, caller)
    except ValueError as wrong:
        refuse(str(wrong))
    visit = Visit(caller, operator, keyed=key is not None)
    sys.exit(tell(visit.quick() if quick else visit.whole(), as_json=as_json))


def _operator(admin: str | None, caller: "Visitor") -> "Visitor | None":
    """Whoever looks from the same machine need not say where the admin address is."""
    from gateway.cli.smoke.asking import Visitor

    if admin is None and not caller.on_loopback:
        return None
    return Visitor(admin or f"http://{os.environ.get('GATEWAY_ADMIN_BIND') or '127.0.0.1:8001'}")
