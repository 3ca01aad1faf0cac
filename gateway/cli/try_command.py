"""`gateway try`: one request through the whole pipeline, in this process, without a server."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from gateway.cli import config_option
from gateway.cli.asking import ask
from gateway.cli.completing import endpoint_ids
from gateway.cli.reporting import refuse, say_problems
from gateway.contract import Trail
from gateway.diagnostics import InvalidConfig


@click.command("try")
@click.argument("endpoint", shell_complete=endpoint_ids)
@config_option
@click.option("-p", "--path", "path", multiple=True, metavar="NAME=VALUE", help="A path parameter.")
@click.option("-q", "--query", multiple=True, metavar="NAME=VALUE", help="A query parameter.")
@click.option("-H", "--header", multiple=True, metavar="NAME=VALUE", help="A header field.")
@click.option("-d", "--data", metavar="JSON|@FILE", help="The body, or the file that holds it.")
@click.option("--stub", is_flag=True, help="Answer from the stub; no vendor is asked.")
@click.option("--allow-private", is_flag=True, help="Let it reach private addresses and plain http.")
@click.option("--explain", is_flag=True, help="Tell on stderr what each stage did, and when.")
def command(
    endpoint: str,
    config: str,
    path: tuple[str, ...],
    query: tuple[str, ...],
    header: tuple[str, ...],
    data: str | None,
    stub: bool,
    allow_private: bool,
    explain: bool,
) -> None:
    """Send one request through ENDPOINT, such as vapi.list_assistants; the answer's body goes to stdout."""
    trails: list[Trail] = []
    application = _application(Path(config), stub=stub, allow_private=allow_private, trails=trails)
    plan = next((plan for plan in application.plans.endpoints if plan.operation.id == endpoint), None)
    if plan is None:
        refuse(f"there is no endpoint {endpoint!r}; `gateway routes` lists them")
    route = plan.operation.route
    for name, value in _pairs(path):
        route = route.replace("{" + name + "}", quote(value, safe=""))
    fields = [(name.lower().encode(), value.encode()) for name, value in _pairs(header)]
    body = b"" if data is None else _body(data)
    started = asyncio.run(_clocked(application, plan.operation.method, (route, urlencode(_pairs(query))), fields, body))
    sys.exit(_shown(started, trails if explain else [], [slot for slot, _ in plan.stages]))


def _application(config: Path, *, stub: bool, allow_private: bool, trails: list[Trail]) -> Any:
    from gateway.app import Application
    from gateway.launch import Launch

    environ = {**os.environ, "INTEGRATIONS_STUB_MODE": "true"} if stub else dict(os.environ)
    try:
        launch = Launch(config=config, environ=environ, allow_private=allow_private, observe=trails.append)
        return Application(launch)
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
    except ValueError as wrong:
        refuse(str(wrong))


async def _clocked(*asked: Any) -> tuple[float, tuple[int, list[tuple[bytes, bytes]], bytes]]:
    """The answer, and when it was asked for by the clock of the trail."""
    import time

    return time.monotonic(), await ask(*asked)


def _shown(
    clocked: tuple[float, tuple[int, list[tuple[bytes, bytes]], bytes]], trails: list[Trail], slots: list[str]
) -> int:
    """Says the answer; gives the exit code."""
    started, (status, head, answer) = clocked
    click.echo(f"HTTP {status}", err=True)
    for field, text in head:
        click.echo(f"{field.decode()}: {text.decode('latin-1')}", err=True)
    for line in _explained(trails, started, slots):
        click.echo(line, err=True)
    click.echo(answer.decode("utf-8", "replace"))
    return 0 if status < 300 else 1  # noqa: PLR2004


def _explained(trails: list[Trail], started: float, slots: list[str]) -> Iterator[str]:
    from gateway.explaining.events import silent, told

    for trail in trails:
        yield ""
        yield from told(trail.events, started)
        yield f"{'':>9}     nothing to say: {', '.join(silent(trail.events, slots))}"


def _pairs(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark:
            refuse(f"expected NAME=VALUE, got {text!r}")
        pairs.append((name, value))
    return pairs


def _body(data: str) -> bytes:
    if not data.startswith("@"):
        return data.encode()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as missing:
        refuse(f"cannot read {data[1:]}: {missing.strerror}")
