"""One worker: an application behind granian, in an event loop whose signals are ours.

granian is embedded, so that a reload happens in place: its own SIGHUP would replace the worker and lose its memory
(docs/adr/0006).
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from gateway.app import Application, tidy_memory
from gateway.serving.options import Options
from gateway.serving.watch import changes

logger = logging.getLogger("gateway")

HEAD_SECONDS = 10
"""How long a client may take for its request line and header fields."""
HEAD_BYTES = 64 * 1024
BACKLOG = 2_048
SETTLING = 0.05
"""Seconds for granian's servers to begin: to be stopped before that is more than they can take."""


def log_to_stderr() -> None:
    """One line an event, for people and supervisors."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def work(application: Application, options: Options, *, with_admin: bool = True) -> None:
    """Serves until SIGTERM or SIGINT; SIGHUP reloads in place."""
    uvloop.run(_work(application, options, with_admin))


async def _work(application: Application, options: Options, with_admin: bool) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloads: set[asyncio.Task[None]] = set()  # the loop itself holds a task only weakly

    def on_hangup() -> None:
        reloads.add(task := loop.create_task(_reload(application)))
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, on_hangup)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})  # which a supervisor holds back until now
    servers = [_server(application.edge, options.host, options.port, application.tls)]
    if with_admin:
        servers.append(_server(application.admin, *options.admin, None))
    serving = [asyncio.create_task(server.serve()) for server in servers]
    tidy_memory()
    watching = asyncio.create_task(_watch(application)) if options.watch else None
    await asyncio.sleep(SETTLING)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *serving], return_when=asyncio.FIRST_COMPLETED)
    if watching is not None:
        watching.cancel()
    await application.drain(options.drain)
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]
    stopping.cancel()
    await asyncio.gather(*serving)
    await application.close()


async def _watch(application: Application) -> None:
    async for _ in changes(lambda: application.loaded.files):
        await _reload(application)


async def _reload(application: Application) -> None:
    """Away from the loop; the old config goes on serving whatever happens."""
    try:
        await asyncio.to_thread(application.reload)
    except Exception:  # an edge too: nobody awaits this, and the next change must find somebody who watches
        logger.exception("config not reloaded, for a reason that nobody foresaw")


def _server(app: Any, host: str, port: int, tls: tuple[Path, Path] | None) -> Server:
    cert, key = tls or (None, None)
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
        log_enabled=False,
        ssl_cert=cert,
        ssl_key=key,
    )
