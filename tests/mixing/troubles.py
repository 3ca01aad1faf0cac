"""What happens to what the processes share, while the crowd asks."""

import asyncio
from random import Random

from tests.policies.processes import Common, Way
from tests.services import Redis

MINE = "gateway:v:cache/answer/*"


async def of_memory(common: Common, ways: list[Way], chance: Random) -> None:
    """Lines are lost, slow and deaf for a while; answers get into each other's places; numbers are forgotten."""
    while True:
        await asyncio.sleep(chance.random() * 0.2)
        way = chance.choice(ways)
        way.lost, way.slow = chance.random() < 0.3, chance.random() * 0.01
        await asyncio.sleep(chance.random() * 0.05)
        way.back()
        way.slow = 0.0
        common.forget("notes" if chance.random() < 0.1 else "nothing")
        names = list(common.given)
        if len(names) > 1:
            one, other = chance.sample(names, 2)
            common.instead = {one: common.given[other], other: common.given[one]}
        common.given.clear()


async def of_redis(server: Redis, chance: Random, over: asyncio.Event) -> None:
    """It is frozen, killed and started again, emptied, and answers get into each other's places, until it is `over`."""
    while not over.is_set():
        await asyncio.sleep(0.1 + chance.random() * 0.4)
        trouble = chance.choice((_frozen, _killed, _emptied, _swapped, _swapped))
        await trouble(server)


async def _frozen(server: Redis) -> None:
    server.freeze()
    await asyncio.sleep(0.3)
    server.thaw()


async def _killed(server: Redis) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.1)
    await asyncio.to_thread(server.start)


async def _emptied(server: Redis) -> None:
    await asyncio.to_thread(server.ask, "FLUSHALL")


async def _swapped(server: Redis) -> None:
    """Each answer in the place of the next."""
    names = (await asyncio.to_thread(server.ask, "KEYS", MINE)).decode().split("\r\n")[2::2]
    for one, other in zip(names[:40:2], names[1:40:2], strict=False):
        for source, target in ((one, "gateway:aside"), (other, one), ("gateway:aside", other)):
            await asyncio.to_thread(server.ask, "RENAME", source, target)
