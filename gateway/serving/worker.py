"""One worker: an application behind granian, in an event loop whose signals are ours.

granian is embedded, so that a reload happens in place: its own SIGHUP would replace the worker and lose its memory
(docs/adr/0006).
"""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from granian.server.embed import Server

from gateway.app import Application
from gateway.departed import Departed
from gateway.serving.aside import Aside
from gateway.serving.listening import listener
from gateway.serving.options import Options
from gateway.serving.orders import Orders
from gateway.serving.siblings import Doors, answering
from gateway.serving.signals import HELD_BACK
from gateway.serving.turns import Turns
from gateway.serving.watch import changes
from gateway.tidying import settle_memory
from gateway.web.guarding import Guard

logger = logging.getLogger("gateway")

SETTLING = 0.05
"""Seconds for granian's servers to begin: to be stopped before that is more than they can take."""
CLOSING = 16.0
"""Seconds that an end in order may take once all answers are given: renewals, the database, connections."""
FLUSHING = 1.0
"""Seconds that answers which are on their way have at least, to reach their clients before the connections end."""


class Place(msgspec.Struct, frozen=True):
    """Which one of several workers, and what they keep for each other.

    Its supervisor started it deaf to signals and holds the other end of its stdin: when that is gone, it ends too.
    """

    index: int
    aside: Aside


def work(application: Application, options: Options, place: Place | None = None) -> None:
    """Serves until SIGTERM or SIGINT, a second of which ends it at once; SIGHUP reloads in place."""
    uvloop.run(_work(application, options, place))


async def _work(application: Application, options: Options, place: Place | None) -> None:
    async with contextlib.AsyncExitStack() as stack:
        orders = Orders(application.reload_aside, supervised=place is not None)
        if place is not None:  # before anybody can ask it, since it has to speak for all
            await _join(application, options, place, stack)
        servers = [listener(application.edge, options.host, options.port, application.tls)]
        if place is None or place.index == 0:
            servers.append(listener(_admin(application, options), *options.admin, None))
        await application.start()
        serving = [asyncio.create_task(server.serve()) for server in servers]
        settle_memory()
        turns = Turns(time.monotonic)
        turns.start()
        stack.callback(turns.stop)
        if options.watch:
            stack.callback(asyncio.create_task(_watch(application, place)).cancel)
        await asyncio.sleep(SETTLING)
        if place is not None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK - {signal.SIGINT})  # which is the supervisor's
        await asyncio.wait([orders.stop, *serving], return_when=asyncio.FIRST_COMPLETED)
        for task in serving:
            if task.done():
                task.result()  # it could not even begin, and raises here what says why
        patient = orders.stop.done() and orders.stop.result() == signal.SIGTERM
        await _end(application, options, list(zip(servers, serving, strict=True)), options.grace if patient else 0.0)


def _admin(application: Application, options: Options) -> Any:
    """What answers at the admin address: whoever is not on this machine needs a key there."""
    if not options.guards:
        return application.admin
    return Guard(application.admin, lambda: application.known, application.observing, time.monotonic)


async def _join(application: Application, options: Options, place: Place, stack: contextlib.AsyncExitStack) -> None:
    """From now on this worker is one of several."""
    folder = place.aside.folder
    application.on_loaded = place.aside.keep
    place.aside.keep(application.loaded)
    application.speaks = place.index == 0
    application.voice.departed = Departed(folder / "metrics")
    application.voice.workers.siblings = Doors(folder, place.index, options.workers)
    await stack.enter_async_context(answering(folder, place.index, application.voice.answer))


async def _end(
    application: Application, options: Options, pairs: Sequence[tuple[Server, "asyncio.Task[None]"]], grace: float
) -> None:
    """What is in flight is finished, what is written arrives; and whoever does neither in time is cut off."""
    loop = asyncio.get_running_loop()
    until = loop.time() + grace + options.drain
    await application.drain(grace, options.drain)
    for server, _ in pairs:
        server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait([task for _, task in pairs], timeout=max(FLUSHING, until - loop.time()))
    try:
        async with asyncio.timeout(CLOSING):
            await application.close()
    except TimeoutError:
        logger.warning("not everything was closed in order within %g seconds", CLOSING)


async def _watch(application: Application, place: Place | None) -> None:
    def files() -> Iterable[Path]:
        read = application.loaded.files
        return read if place is None else place.aside.originals(read)

    async for _ in changes(files):
        await application.reload_aside()
