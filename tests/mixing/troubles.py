"""What happens to what the processes share, while the crowd asks."""

import asyncio
from random import Random

from tests.policies.processes import Common, Way
from tests.services import Redis

MOST = 500
"""Answers that are remembered, so that they can be mixed up."""
MIX = """
local names = redis.call('KEYS', 'gateway:v:cache/answer/*')
local first = names[1] and redis.call('GET', names[1])
for at, name in ipairs(names) do
  redis.call('SET', name, names[at + 1] and redis.call('GET', names[at + 1]) or first, 'KEEPTTL')
end
return #names
"""
"""Puts each answer in the place of another."""


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
        names = [*common.given]
        common.instead = dict(zip(names, [*common.given.values()][1:], strict=False)) if chance.random() < 0.5 else {}
        if len(names) > MOST:
            common.given.clear()


async def of_redis(server: Redis, chance: Random, over: asyncio.Event) -> None:
    """It is frozen, killed and started again, emptied, and answers get into each other's places, until it is `over`."""
    while not over.is_set():
        await asyncio.sleep(0.05 + chance.random() * 0.2)
        trouble = chance.choice((_frozen, _killed, _emptied, *[_mixed_up] * 6))
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


async def _mixed_up(server: Redis) -> None:
    await asyncio.to_thread(server.ask, "EVAL", MIX, "0")
