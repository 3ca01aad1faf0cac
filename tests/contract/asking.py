"""Requests to an application in the same process, as its server would hand them on."""

import asyncio
from pathlib import Path

import httpx

from gateway.app import Application
from gateway.launch import Launch
from tests.contract.exercise import STUBBED
from tests.running import SHIPPED

PUBLIC_URL = "http://127.0.0.1:8000"


def application(config: Path = SHIPPED) -> Application:
    return Application(Launch(config=config, environ=STUBBED, public_url=PUBLIC_URL))


def ask(asked: Application, method: str, path: str, **options: object) -> httpx.Response:
    async def one() -> httpx.Response:
        transport = httpx.ASGITransport(asked)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
            return await client.request(method, path, **options)  # type: ignore[arg-type]  # httpx's own

    return asyncio.run(one())
