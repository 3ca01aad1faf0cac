"""`gateway why`: what became of one request, a sentence for each step."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import click
import msgspec

from gateway.cli import json_option
from gateway.cli.reporting import refuse


class Step(msgspec.Struct, frozen=True):
    after_ms: float
    stage: str
    told: str


class Request(msgspec.Struct, frozen=True):
    """As much of a remembered request as is told."""

    time: str
    method: str
    endpoint: str | None
    route: str | None
    status: int
    slug: str | None
    caller: str | None
    duration_ms: float
    steps: tuple[Step, ...]
    ending: str


class Remembered(msgspec.Struct, frozen=True):
    correlation_id: str
    requests: tuple[Request, ...]


@click.command("why")
@click.argument("correlation_id")
@click.option("--admin", metavar="URL", help="The gateway's admin address.  [default: http://127.0.0.1:8001]")
@json_option
def command(correlation_id: str, admin: str | None, as_json: bool) -> None:
    """Tell why the request with this CORRELATION_ID ended as it did. Every answer carries one: X-Correlation-ID.

    A gateway remembers the last thousand requests of each worker, and the last thousand that failed.
    """
    from gateway.cli.instances import admin_address, answer_of

    address = admin or admin_address()
    path = f"/admin/requests/{quote(correlation_id, safe='')}"
    if as_json:
        said: Any = answer_of(address, path, dict[str, Any])
    else:
        said = answer_of(address, path, Remembered)
    if said is None:
        refuse(f"{address} remembers no request `{correlation_id}`: it is too long ago, or was at another gateway")
    click.echo(msgspec.json.encode(said) if as_json else "\n\n".join("\n".join(_told(one)) for one in said.requests))


def _told(one: Request) -> Iterator[str]:
    what = f"{one.endpoint} ({one.method} {one.route})" if one.endpoint else f"{one.method} of no endpoint"
    whose = f", for `{one.caller}`" if one.caller else ""
    yield f"{one.time}  {what}{whose}"
    for step in one.steps:
        yield f"{step.after_ms:>9.1f} ms  {step.stage:<12}{step.told}"
    yield f"{one.duration_ms:>9.1f} ms  {'':<12}{one.ending}"
    if one.slug:
        yield f"{'':>14}`gateway explain {one.slug}` tells what helps"
