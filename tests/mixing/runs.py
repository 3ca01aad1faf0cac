"""A crowd over memory in virtual time, and one over a real redis."""

import asyncio
import time
from contextlib import AsyncExitStack
from random import Random

import msgspec

from tests.gateway.sharing.forms import redis
from tests.kit import kit
from tests.mixing.crowd import Crowd, kits_of
from tests.mixing.troubles import of_memory, of_redis
from tests.policies.processes import Common, Way
from tests.services import redis_server

PROCESSES = 3
LATER = 0.5
"""Seconds after which nothing may be under way any more."""


async def over_memory(requests: int, seed: int) -> Crowd:
    chance, common = Random(seed), Common()
    ways = [Way(common) for _ in range(PROCESSES)]
    crowd = Crowd(kits_of(kit(), ways), chance)
    trouble = asyncio.ensure_future(of_memory(common, ways, chance))
    await crowd.ask(requests)
    trouble.cancel()
    await asyncio.sleep(LATER)
    return crowd


async def over_redis(requests: int, seed: int) -> Crowd:
    chance = Random(seed)
    real = msgspec.structs.replace(kit(), clock=time.monotonic, now=time.time)
    with redis_server() as server:
        async with AsyncExitStack() as stack:
            ways = [await stack.enter_async_context(redis(server.url, 4)) for _ in range(PROCESSES)]
            crowd = Crowd(kits_of(real, ways), chance)
            trouble = asyncio.ensure_future(of_redis(server, chance, over := asyncio.Event()))
            await crowd.ask(requests)
            over.set()
            await trouble
            await asyncio.sleep(LATER)
    return crowd
