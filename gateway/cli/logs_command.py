"""`gateway logs`: the lines of a log, for people."""

import sys
from collections.abc import Iterator
from typing import IO, Any

import click
import msgspec

from gateway.cli.reporting import refuse

_FIRST_ERROR = 400
_FIRST_FAULT = 500
_SHOWN = ("time", "level", "event", "method", "status", "duration_ms", "integration", "endpoint", "slug")


@click.command("logs")
@click.argument("file", required=False, type=click.File("rb"))
@click.option("--pretty/--json", default=True, show_default=True, help="For people, or as the lines are.")
@click.option("--failed", is_flag=True, help="Only what was answered with 400 and above.")
@click.option("--endpoint", metavar="ID", default="", help="Only of this endpoint or integration.")
@click.option("--id", "correlation_id", metavar="ID", default="", help="Only with this correlation id.")
def command(file: IO[bytes] | None, pretty: bool, failed: bool, endpoint: str, correlation_id: str) -> None:
    """Make the lines of FILE, or of stdin, readable: `gateway serve | gateway logs`.

    What is no line of a gateway's passes as it is.
    """
    source = file or sys.stdin.buffer
    if file is None and sys.stdin.isatty():
        refuse("there is nothing to read: name a file, or write `gateway serve | gateway logs`")
    try:
        for line in iter(source.readline, b""):
            for said in _told(line, pretty=pretty, failed=failed, endpoint=endpoint, correlation_id=correlation_id):
                click.echo(said)
    except KeyboardInterrupt:  # which ends the gateway before it in the pipe too, whose last lines have come by now
        sys.exit(0)


def _told(line: bytes, *, pretty: bool, failed: bool, endpoint: str, correlation_id: str) -> Iterator[str]:
    text = line.decode("utf-8", "replace").rstrip("\n")
    known = _decoded(line)
    if known is None:
        yield text
        return
    place = known.get("integration", ""), f"{known.get('integration', '')}.{known.get('endpoint', '')}"
    wanted = (
        (not failed or known["status"] >= _FIRST_ERROR)
        and (not endpoint or endpoint in place)
        and correlation_id in {"", known["correlation_id"]}
    )
    if wanted:
        yield _pretty(known) if pretty else text


def _decoded(line: bytes) -> dict[str, Any] | None:
    try:
        known = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return known if isinstance(known, dict) and known.get("event") == "request" else None


def _pretty(known: dict[str, Any]) -> str:
    endpoint = ".".join(known[key] for key in ("integration", "endpoint") if key in known) or "no endpoint"
    status = known["status"]
    colour = "green" if status < _FIRST_ERROR else "yellow" if status < _FIRST_FAULT else "red"
    more = [f"{key}={value}" for key, value in known.items() if key not in _SHOWN]
    words = [
        str(known["time"]).partition("T")[2].rstrip("Z"),
        click.style(str(status), fg=colour),
        f"{known['duration_ms']:>8} ms",
        f"{known['method']:<6}",
        endpoint,
        click.style(known.get("slug", ""), fg=colour),
        click.style(" ".join(more), dim=True),
    ]
    return " ".join(word for word in words if word)
