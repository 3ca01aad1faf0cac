"""A gateway is killed, then redis, under load: nothing is lost but what was in flight on the killed gateway."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx

from tests.replicas.fleet import Fleet, fleet

CALLERS = 12


class Load:
    """Callers who ask one after the other; `outcomes` counts statuses, or the names of failures."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._over = False
        self.outcomes: Counter[object] = Counter()
        self._tasks = [asyncio.ensure_future(self._ask()) for _ in range(CALLERS)]

    async def _ask(self) -> None:
        while not self._over:
            try:
                self.outcomes[(await self._client.get("/crm/work")).status_code] += 1
            except httpx.TransportError as error:
                self.outcomes[type(error).__name__] += 1

    async def more(self, requests: int) -> None:
        """Until so many more were answered, well or badly."""
        until = self.outcomes.total() + requests
        async with asyncio.timeout(60):
            while self.outcomes.total() < until:  # noqa: ASYNC110 - the load itself is the event
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._over = True
        await asyncio.gather(*self._tasks)


def test_only_what_was_in_flight_is_lost(tmp_path: Path) -> None:
    async def main() -> None:
        async with fleet(tmp_path) as replicas, replicas.callers() as client:
            load = Load(client)
            await load.more(200)
            await _without_a_gateway(replicas, load)
            await _without_redis(replicas, load, client)
            await load.stop()

    asyncio.run(main())


async def _without_a_gateway(replicas: Fleet, load: Load) -> None:
    assert set(load.outcomes) == {200}
    replicas.gateways[2].process.kill()
    await load.more(300)
    failed = load.outcomes.total() - load.outcomes[200]
    assert failed <= CALLERS  # each caller had at most one request in flight
    load.outcomes.clear()
    await load.more(200)
    assert set(load.outcomes) == {200}


async def _without_redis(replicas: Fleet, load: Load, client: httpx.AsyncClient) -> None:
    counted = [await client.get("/crm/count") for _ in range(5)]
    assert {answer.status_code for answer in counted} == {200}
    replicas.redis.kill()
    await load.more(300)
    alone = [await client.get("/crm/count") for _ in range(5)]
    assert {answer.status_code for answer in alone} == {200}  # decided by each gateway for itself
    assert set(load.outcomes) == {200}

    replicas.redis.start()
    await _together_again(replicas)
    async with replicas.callers() as callers:
        answers = await asyncio.gather(*(callers.get("/crm/count") for _ in range(50)))
    assert sum(answer.is_success for answer in answers) <= 20
    assert set(load.outcomes) == {200}


async def _together_again(replicas: Fleet) -> None:
    async with asyncio.timeout(30):
        for gateway in replicas.gateways[:2]:
            async with replicas.callers(gateway.url.removesuffix("/api/v1")) as client:
                while (await client.get(f"{gateway.url}/health")).json().get("shared_state") != "ok":  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
