"""An application that ends finishes the renewals that are under way, and does not wait for ever."""

import asyncio
from pathlib import Path

from gateway.contract import Reply
from gateway_oauth.finishing import PATIENCE, finishing
from gateway_oauth.tokens import opened
from tests.plugins.gateway_oauth.world import HOUR, World, granted, within


async def slow() -> Reply:
    await asyncio.sleep(2)
    return granted()


def test_a_renewal_that_is_under_way_is_stored_before_the_end(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.connect(lasts=HOUR)
        async with finishing(world.kit):
            await world.access()
            await asyncio.sleep(HOUR - 30)
            assert await world.access() == "old"  # and its renewal begins
            await asyncio.sleep(1)
        return (await opened(world.kit, await world.found())).access

    assert within(tmp_path, work, slow) == "new"


def test_a_provider_that_never_answers_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async def never() -> Reply:
        await asyncio.sleep(PATIENCE * 2)
        return granted()

    async def work(world: World) -> float:
        await world.connect(lasts=HOUR)
        async with finishing(world.kit):
            await world.access()
            await asyncio.sleep(HOUR - 30)
            await world.access()
            await asyncio.sleep(1)
            began = world.kit.clock()
        return world.kit.clock() - began

    assert within(tmp_path, work, never) == PATIENCE
