"""A process that renews a token: `python -m tests.races.renewer ASKED STEP`; it kills itself at that step."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

import msgspec

from gateway.config.providers import Client, Provider
from gateway.contract import Catalog, Kit
from gateway.sharing import Memory
from gateway.stored import Connection
from gateway.stores import Database, SqlStore
from gateway.telemetry import Telemetry
from gateway.together import Together
from gateway.units import Secret
from gateway.upstream import Engines, Fetching
from gateway_oauth.manager import manager_of
from tests.custody.grants import vault_of
from tests.running import VAULT_KEYS

T = TypeVar("T")

STEPS = ("claimed", "asking", "answered", "stored")
"""Before the token request, while the provider thinks, between its answer and the commit, after the commit."""
KEY = ("acme", "ann")


class Asked(msgspec.Struct, frozen=True):
    """What a process has to know: where the store and the provider are, and how far its clock is ahead of ours."""

    storage: str
    token: str
    client_id: str
    client_secret: str
    ahead: float = 0.0


async def within(asked: Asked, work: Callable[[Kit], Awaitable[T]]) -> T:
    database, engines = Database(asked.storage), Engines("httpx")
    try:
        return await work(_world(asked, SqlStore(database), Fetching(engines.get, anywhere=True)))
    finally:
        await engines.close()
        await database.close()


def _world(asked: Asked, store: SqlStore, fetch: Fetching) -> Kit:
    client = Client(id=asked.client_id, secret=Secret(asked.client_secret))
    page = asked.token.removesuffix("/token") + "/auth"
    provider = Provider(authorize=page, token=asked.token, client=client, allow_private=True)
    catalog = Catalog(providers={"acme": provider}, public_url="https://gateway.test")
    kept: dict[Hashable, Any] = {}
    return Kit(
        clock=time.monotonic,
        now=lambda: time.time() + asked.ahead,
        sleep=asyncio.sleep,
        random=lambda: 0.5,
        keep=lambda key, make: kept[key] if key in kept else kept.setdefault(key, make()),
        shared=Memory(time.monotonic),
        stored=store,
        vault=vault_of(VAULT_KEYS),
        fetch=fetch,
        catalog=lambda: catalog,
        metrics=Telemetry("", time.time),
        workers=Together(),
    )


def _fall() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def doomed(kit: Kit, step: str) -> Kit:
    """A kit with which nobody gets further than that step."""
    fetch, replace = kit.fetch, kit.stored.connections.replace

    async def asking(*words: Any, **more: Any) -> Any:
        if step == "claimed":
            _fall()
        if step == "asking":
            asyncio.get_running_loop().call_later(0.2, _fall)
        return await fetch(*words, **more)

    async def storing(newer: Connection, version: int) -> bool:
        if step == "answered":
            _fall()
        done = await replace(newer, version)
        _fall()
        return done

    kit.stored.connections.replace = storing  # type: ignore[method-assign, assignment]  # the real one, and then the end
    return msgspec.structs.replace(kit, fetch=asking)


async def _renew(asked: Asked, step: str) -> None:
    await within(asked, lambda kit: manager_of(doomed(kit, step)).get(KEY))


if __name__ == "__main__":
    asyncio.run(_renew(msgspec.json.decode(sys.argv[1], type=Asked), sys.argv[2]))
