"""What one writes by hand: FastAPI and httpx, one shared client, vendor failures told as such, and no policy at all."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException, Request, Response

TIMEOUT = httpx.Timeout(5.0, connect=2.0)
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)
FORWARDED = ("content-type", "etag", "last-modified")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with httpx.AsyncClient(
        base_url=os.environ["BENCH_UPSTREAM"], timeout=TIMEOUT, limits=LIMITS, trust_env=False
    ) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/items/{item_id}")
async def get_item(item_id: str, request: Request, fields: str | None = None) -> Response:
    client: httpx.AsyncClient = request.app.state.client
    params = {"fields": fields} if fields is not None else None
    try:
        answer = await client.get(f"/items/{item_id}", params=params)
    except httpx.TimeoutException as late:
        raise HTTPException(504, "the vendor did not answer in time") from late
    except httpx.TransportError as broken:
        raise HTTPException(502, "the vendor cannot be reached") from broken
    headers = {name: answer.headers[name] for name in FORWARDED if name in answer.headers}
    return Response(answer.content, answer.status_code, headers)
