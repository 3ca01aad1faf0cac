"""One quota, one cache, one breaker, one store of outcomes: whichever gateway a request comes to."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx

from tests.replicas.fleet import Fleet, fleet


async def statuses(client: httpx.AsyncClient, path: str, times: int) -> Counter[int]:
    answers = await asyncio.gather(*(client.get(path) for _ in range(times)))
    return Counter(answer.status_code for answer in answers)


def test_what_they_have_in_common(tmp_path: Path) -> None:
    """One test, since the fleet takes longer to start than all of it to run."""

    async def main() -> None:
        async with fleet(tmp_path) as replicas:
            await _one_quota(replicas)
            await _one_cache(replicas)
            await _one_store_of_outcomes(replicas)
            await _one_breaker(replicas)

    asyncio.run(main())


async def _one_quota(replicas: Fleet) -> None:
    async with replicas.callers() as client:
        assert await statuses(client, "/crm/count", 60) == {200: 20, 429: 40}
    assert replicas.asked["GET /count"] == 20


async def _one_cache(replicas: Fleet) -> None:
    async with replicas.callers() as client:
        answers = await asyncio.gather(*(client.get("/crm/stock") for _ in range(60)))
        assert {answer.text for answer in answers} == {answers[0].text}
        assert replicas.asked["GET /stock"] == 1

        written = await client.post("/crm/stock", json={"sold": 1})
        assert written.status_code == 200
        fresh = [await client.get("/crm/stock") for _ in range(6)]
    assert {answer.text for answer in fresh} == {fresh[0].text} != {answers[0].text}
    assert replicas.asked["GET /stock"] == 2


async def _one_store_of_outcomes(replicas: Fleet) -> None:
    before = replicas.asked["POST /stock"]
    headers = {"idempotency-key": "order-7"}
    async with replicas.callers() as client:
        answers = [await client.post("/crm/stock", json={"sold": 2}, headers=headers) for _ in range(6)]
    assert replicas.asked["POST /stock"] == before + 1
    assert {answer.text for answer in answers} == {answers[0].text}
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, *["true"] * 5]


async def _one_breaker(replicas: Fleet) -> None:
    first = replicas.gateways[0]
    async with replicas.callers(first.url) as client:
        assert await statuses(client, "/broken/fail", 5) == {502: 5}
    for gateway in replicas.gateways:
        async with replicas.callers(gateway.url) as client:
            answer = await client.get("/broken/fail")
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "circuit-open")
    assert replicas.asked["GET /fail"] == 5
