"""What commands begin with that work with the store, the vault and the providers of a config."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.reporting import refuse, say_problems
from gateway.cli.storing import MISSING_EXIT
from gateway.diagnostics import InvalidConfig
from gateway.errors import StoreUnavailable
from gateway.loading import load
from gateway.registry import discover

if TYPE_CHECKING:
    from gateway.contract import Kit

T = TypeVar("T")


def with_kit(config: str, work: "Callable[[Kit], Awaitable[T]]", *, vault: bool = False) -> T:
    """Opens the vault where the config has credentials of users, or `vault` says so.

    Makes the tables of an empty database; says why where that, or the vault, is not as it has to be.
    """
    try:
        return asyncio.run(_within(Path(config), work, vault=vault))
    except InvalidConfig as invalid:
        say_problems(invalid.problems)
        sys.exit(1)
    except StoreUnavailable as error:
        refuse(error.detail, MISSING_EXIT)
    except ValueError as error:
        refuse(str(error))


async def _within(config: Path, work: "Callable[[Kit], Awaitable[T]]", *, vault: bool) -> T:
    from gateway.catalog import catalog_of
    from gateway.launch import Launch, holds_tokens, public_url_of
    from gateway.plan import Flags, compile_plans
    from gateway.records import made_ready
    from gateway.stores.standing import OtherRevision
    from gateway.world import World

    registry = discover()
    loaded = await asyncio.to_thread(load, config, registry, os.environ, lenient_secrets=True, ask=True)
    try:
        await made_ready(loaded.config.server.storage)
    except OtherRevision as other:
        refuse(str(other), MISSING_EXIT)
    launch = Launch(config=config, environ=os.environ, production=os.environ.get("GATEWAY_ENV") == "production")
    world = World(launch, registry, loaded.config.server, lambda: catalog)
    try:
        public_url = public_url_of(loaded, launch)
        flags = Flags.read(os.environ)
        plans = compile_plans(loaded, registry, world.kit, flags, public_url)
        catalog = catalog_of(loaded, plans, public_url)
        if vault or holds_tokens(loaded, registry, stubbed=flags.stub is True):
            world.safe.use(loaded.config.server.vault)
        world.sharing.start()
        world.records.trail.used = True
        return await work(world.kit)
    finally:
        await world.close()
        await asyncio.to_thread(loaded.close)
