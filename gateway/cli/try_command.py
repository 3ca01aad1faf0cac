"""`gateway try`: one request through the whole pipeline, in this process, without a server."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from gateway.cli import config_option
from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig


@click.command("try")
@click.argument("endpoint")
@config_option
@click.option("-p", "--path", "path", multiple=True, metavar="NAME=VALUE", help="A path parameter.")
@click.option("-q", "--query", multiple=True, metavar="NAME=VALUE", help="A query parameter.")
@click.option("-H", "--header", multiple=True, metavar="NAME=VALUE", help="A header field.")
@click.option("-d", "--data", metavar="JSON|@FILE", help="The body, or the file that holds it.")
@click.option("--stub", is_flag=True, help="Answer from the stub; no vendor is asked.")
@click.option("--allow-private", is_flag=True, help="Let it reach private addresses and plain http.")
def command(
    endpoint: str,
    config: str,
    path: tuple[str, ...],
    query: tuple[str, ...],
    header: tuple[str, ...],
    data: str | None,
    stub: bool,
    allow_private: bool,
) -> None:
    """Send one request through ENDPOINT, such as vapi.list_assistants; the answer's body goes to stdout."""
    from gateway.app import Application, Launch

    environ = {**os.environ, "INTEGRATIONS_STUB_MODE": "true"} if stub else dict(os.environ)
    try:
        application = Application(Launch(config=Path(config), environ=environ, allow_private=allow_private))
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
    except ValueError as wrong:
        refuse(str(wrong))
    found = [plan.operation for plan in application.plans.endpoints if plan.operation.id == endpoint]
    if not found:
        refuse(f"there is no endpoint {endpoint!r}; `gateway routes` lists them")
    route = found[0].route
    for name, value in _pairs(path):
        route = route.replace("{" + name + "}", quote(value, safe=""))
    fields = [(b"host", b"localhost"), *((n.lower().encode(), v.encode()) for n, v in _pairs(header))]
    body = b"" if data is None else _body(data)
    if body:
        fields += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope = _scope(found[0].method, route, urlencode(_pairs(query)), fields)
    status, head, answer = asyncio.run(_ask(application, scope, body))
    click.echo(f"HTTP {status}", err=True)
    for field, text in head:
        click.echo(f"{field.decode()}: {text.decode('latin-1')}", err=True)
    click.echo(answer.decode("utf-8", "replace"))
    sys.exit(0 if status < 300 else 1)  # noqa: PLR2004


async def _ask(application: Any, scope: dict[str, Any], body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    messages: list[dict[str, Any]] = []
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        message = next(asked, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    await application(scope, receive, send)
    await application.close()
    answer = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], messages[0]["headers"], answer


def _scope(method: str, path: str, query: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 8000),
    }


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
