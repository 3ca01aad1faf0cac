"""`gateway cost`: what vendors have charged, added up by what somebody wants to know."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from gateway.cli import config_option, json_option
from gateway.cli.reporting import refuse
from gateway.cli.storing import with_store
from gateway.stored import NAMES_OF, By, Charge
from gateway.units import Duration

if TYPE_CHECKING:
    from gateway.stores import SqlStore


@click.command("cost")
@click.option("--since", metavar="DURATION", default=None, help="How far back, such as `30d`.  [default: this month]")
@click.option("--by", default="integration", show_default=True, type=click.Choice(get_args(By)), help="Added up by.")
@click.option("--integration", metavar="NAME", default="", help="Only what was asked of it.")
@json_option
@config_option
def command(since: str | None, by: By, integration: str, as_json: bool, config: str) -> None:
    """Tell what vendors have charged, by the `cost` of the endpoints that were called. Days are those of UTC.

    The sums are in the database of `server.storage`. A gateway that runs writes what is new there every second.
    """
    try:
        first = _first_day(since)
    except ValueError as wrong:
        refuse(str(wrong))

    async def work(store: "SqlStore") -> Sequence[Charge]:
        return await store.ledger.totals(first, by, integration)

    charges = with_store(config, work)
    if as_json:
        click.echo(msgspec.json.encode({"since": first, "costs": [_row(charge, by) for charge in charges]}))
        return
    for line in _lines(charges, by):
        click.echo(line)
    if not charges:
        click.echo(f"nothing was charged since {first}", err=True)


def _first_day(since: str | None) -> str:
    """Raises ValueError for what is no duration."""
    if since is None:
        return datetime.now(UTC).strftime("%Y-%m-01")
    return datetime.fromtimestamp(time.time() - float(Duration.parse(since)), UTC).strftime("%Y-%m-%d")


def _row(charge: Charge, by: By) -> dict[str, Any]:
    """An amount is a text, since many readers of JSON make an inexact number of a number."""
    known = {name: getattr(charge, name) for name in NAMES_OF[by]}
    return {**known, "currency": charge.currency, "amount": _written(charge.amount), "calls": charge.calls}


def _lines(charges: Sequence[Charge], by: By) -> Iterator[str]:
    names = [".".join(getattr(charge, name) for name in NAMES_OF[by]) or "(nobody known)" for charge in charges]
    amounts = [_written(charge.amount) for charge in charges]
    wide, long = (max(map(len, texts), default=0) for texts in (names, amounts))
    for name, amount, charge in zip(names, amounts, charges, strict=True):
        calls = "call" if charge.calls == 1 else "calls"
        yield f"{name:<{wide}}  {amount:>{long}} {charge.currency}  {charge.calls:>9,} {calls}"


def _written(amount: int) -> str:
    """Billionths as people write them, with the cents at least."""
    exact = Decimal(amount).scaleb(-9).normalize()
    return f"{exact:f}" if exact != exact.quantize(Decimal("0.01")) else f"{exact:.2f}"
