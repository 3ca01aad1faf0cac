"""`gateway drift`: how the answers of vendors differ from what their endpoints declare."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from gateway.cli import json_option
from gateway.cli.reporting import refuse

DRIFTED = 1
"""The exit code where something differs that may hurt callers."""
_SAID = {
    "removed": "is not there any more",
    "retyped": "is {found}, and was to be {declared}",
    "nulled": "is null, and was to be {declared}",
    "value": "has values that are not declared ({declared})",
    "added": "is new",
}


class Seen(msgspec.Struct, frozen=True):
    """As much of a difference as is told."""

    endpoint: str
    kind: str
    path: str
    declared: str
    found: str
    answers: int
    first: float
    last: float


class Found(msgspec.Struct, frozen=True):
    drift: tuple[Seen, ...]


@click.command("drift")
@click.option("--admin", metavar="URL", help="The gateway's admin address.  [default: http://127.0.0.1:8001]")
@click.option("--all", "every", is_flag=True, help="New fields too, which do no harm.")
@json_option
def command(admin: str | None, every: bool, as_json: bool) -> None:
    """Tell what has changed in the answers of vendors, since the gateway started: a field for each line.

    Some of the answers are held to the schema that their endpoint declares. Ends with 1 where a field is gone, of
    another type, null or out of its form; new fields are no reason.
    """
    from gateway.cli.instances import admin_address, answer_of

    address = admin or admin_address()
    if as_json:
        said: Any = answer_of(address, "/admin/drift", dict[str, Any])
        found = None if said is None else msgspec.convert(said, Found)
    else:
        said = found = answer_of(address, "/admin/drift", Found)
    if found is None:
        refuse(f"{address} knows nothing of drift: is it a gateway of this version?")
    shown = [seen for seen in found.drift if every or seen.kind != "added"]
    click.echo(msgspec.json.encode(said) if as_json else "\n".join(_lines(shown)) or "answers are as declared")
    if any(seen.kind != "added" for seen in found.drift):
        raise SystemExit(DRIFTED)


def _lines(drift: list[Seen]) -> Iterator[str]:
    endpoint = ""
    for seen in drift:
        if seen.endpoint != endpoint:
            endpoint = seen.endpoint
            yield endpoint
        since = datetime.fromtimestamp(seen.first, UTC).strftime("%Y-%m-%d %H:%M")
        told = _SAID.get(seen.kind, seen.kind).format(declared=seen.declared, found=seen.found)
        answers = "1 answer" if seen.answers == 1 else f"{seen.answers:,} answers"
        yield f"  `{seen.path or 'the answer'}` {told}: {answers} since {since}"
