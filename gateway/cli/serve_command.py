"""`gateway serve`: runs it, and says in a few lines what runs."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli import config_option
from gateway.cli.reporting import refuse, say_problems
from gateway.diagnostics import InvalidConfig

if TYPE_CHECKING:
    from gateway.app import Application
    from gateway.serving import Options

CONFIG_EXIT = 78
"""EX_CONFIG: a supervisor must not start it again before the file is mended."""
UNAVAILABLE_EXIT = 69
"""EX_UNAVAILABLE: something it needs is not there."""


@click.command("serve")
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, envvar="GATEWAY_HOST", help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="GATEWAY_PORT", type=click.IntRange(1, 65535),
              help="The port to listen on.")  # fmt: skip
@click.option("--workers", default=1, show_default=True, envvar="GATEWAY_WORKERS", type=click.IntRange(1, 256),
              help="How many processes serve.")  # fmt: skip
@click.option("--watch", is_flag=True, envvar="GATEWAY_WATCH", help="Reload when the file changes.")
@click.option("--admin-bind", default="127.0.0.1:8001", show_default=True, envvar="GATEWAY_ADMIN_BIND",
              help="Where /admin and /metrics listen.")  # fmt: skip
@click.option("--grace", default=2.0, show_default=True, envvar="GATEWAY_GRACE", type=click.FloatRange(0, 600),
              help="Seconds it still serves after it was told to stop, and says that it is going.")  # fmt: skip
@click.option("--drain", default=25.0, show_default=True, envvar="GATEWAY_DRAIN", type=click.FloatRange(0, 3600),
              help="Seconds that requests in flight may still take after that.")  # fmt: skip
@click.option("--allow-private", is_flag=True, envvar="GATEWAY_ALLOW_PRIVATE",
              help="Let every integration reach private addresses and plain http; for demos.")  # fmt: skip
def command(
    config: str, host: str, port: int, workers: int, watch: bool, admin_bind: str, grace: float, drain: float,
    allow_private: bool,
) -> None:  # fmt: skip
    """Run the gateway."""
    from gateway.app import Application
    from gateway.serving import Options, supervise, work

    _log()
    options = Options(
        config=Path(config),
        host=host,
        port=port,
        admin=_address(admin_bind),
        workers=workers,
        watch=watch,
        grace=grace,
        drain=drain,
        allow_private=allow_private,
    )
    for address in ((host, port), options.admin):
        _refuse_taken(*address)
    try:
        application = Application(options.launch())
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(CONFIG_EXIT)
    except ValueError as wrong:
        refuse(str(wrong), CONFIG_EXIT)
    for file in application.tls or ():
        if not file.is_file():
            refuse(f"server.tls: {file} cannot be read", CONFIG_EXIT)
    server = application.loaded.config.server
    _refuse_exposure(options, anonymous=server.callers.anonymous)
    keys = _keys(server.storage) if application.remembers else None
    _announce(application, options, keys)
    if workers == 1:
        work(application, options)
        return
    application.loaded.close()  # each worker reads secrets for itself
    sys.exit(supervise(options))


def _log() -> None:
    from gateway.serving import log_to_stderr

    try:
        log_to_stderr()
    except ValueError as wrong:
        refuse(str(wrong), CONFIG_EXIT)


def _announce(application: "Application", options: "Options", keys: int | None) -> None:
    url = f"{'https' if application.tls else 'http'}://{options.host}:{options.port}"
    health = application.health()
    endpoints = sum(health.integrations.values())
    stubbed = ", all stubbed" if health.stubbed else ""
    lines = [
        f"gateway: {len(health.integrations)} integrations, {endpoints} endpoints{stubbed} at {url}",
        f"  docs     {url}/docs",
        f"  admin    http://{options.admin[0]}:{options.admin[1]}/admin/config",
        f"  config   {options.config} ({health.digest[:12]}){', watched' if options.watch else ''}",
        f"  workers  {options.workers}",
    ]
    if keys == 0 and application.loaded.config.server.callers.api_keys == "required":
        lines.append("  keys     none yet: `gateway keys create NAME` makes one")
    if not options.on_loopback and application.loaded.config.server.public_url is None:
        lines.append(f"  set `server.public_url`: links that callers are given lead to {url}")
    lines += shared(application.loaded.config.server.shared_state, os.environ)
    warnings = (*application.loaded.warnings, *application.plans.warnings)
    if warnings:
        lines.append(f"  {len(warnings)} warnings; `gateway check` shows them")
    click.echo("\n".join(lines), err=True)


def shared(shared_state: str, environ: Mapping[str, str]) -> list[str]:
    """With whom it counts, where that is somebody; and what several gateways still need."""
    from gateway.plan import LINK_SECRET
    from gateway.sharing import MEMORY, read_address

    if shared_state == MEMORY:
        return []
    lines = [f"  shared   {read_address(shared_state).name}"]
    if not environ.get(LINK_SECRET):
        lines.append(f"  set {LINK_SECRET}: what gateways share is sealed with it, and has to be the same everywhere")
    return lines


def _keys(storage: str) -> int:
    """How many there are, in a database that is ready."""
    from gateway.errors import StoreUnavailable
    from gateway.records import made_ready
    from gateway.stores.standing import OtherRevision

    try:
        return asyncio.run(made_ready(storage))
    except (OtherRevision, StoreUnavailable) as wrong:
        refuse(f"server.storage: {wrong}", UNAVAILABLE_EXIT)


def _refuse_exposure(options: "Options", *, anonymous: bool) -> None:
    """Without keys nobody but this machine may ask; in production nothing private may be asked for."""
    if not options.on_loopback and anonymous:
        refuse("without keys anybody could call: set GATEWAY_API_KEYS=required, or use --host 127.0.0.1")
    if anonymous and options.guards:
        refuse("without keys anybody could run it: set GATEWAY_API_KEYS=required, or use --admin-bind 127.0.0.1:8001")
    if options.production() and options.allow_private:
        refuse("--allow-private is for demos: in production say `allow_private: true` at the integration that needs it")


def _refuse_taken(host: str, port: int) -> None:
    """Workers share the port with SO_REUSEPORT, so a second gateway would get half of the requests unnoticed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            refuse(f"cannot listen on {host}:{port}: {taken.strerror}", UNAVAILABLE_EXIT)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        refuse(f"--admin-bind is HOST:PORT, got {text!r}")
    return host.strip("[]"), int(port)
