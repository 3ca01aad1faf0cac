"""Requests to servers that are no vendor's endpoint: an OAuth provider's tokens, a webhook, a keeper of secrets."""

import asyncio
from typing import Protocol

from gateway.contract import Headers, Reply
from gateway.errors import UpstreamTimeout
from gateway.headers import USER_AGENT
from gateway.upstream.engine import Engine, Outgoing
from gateway.upstream.send import to_caller, to_vendor

CONNECTING = 5.0
"""Seconds for the connection, of those for the whole."""


class GetEngine(Protocol):
    def __call__(self, *, allow_private: bool) -> Engine: ...


class Fetching:
    """Kit.fetch, by the engines that vendors are asked with; `anywhere` allows private addresses to all."""

    def __init__(self, engine: GetEngine, *, anywhere: bool = False) -> None:
        self._engine = engine
        self._anywhere = anywhere

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Headers = (),
        body: bytes = b"",
        seconds: float = 10.0,
        limit: int = 1024**2,
        allow_private: bool = False,
    ) -> Reply:
        outgoing = Outgoing(
            method=method,
            url=url,
            headers=(*to_vendor(headers), (b"user-agent", USER_AGENT)),
            body=body,
            connect_timeout=min(CONNECTING, seconds),
        )
        engine = self._engine(allow_private=allow_private or self._anywhere)
        try:
            async with asyncio.timeout(seconds):
                incoming = await engine.open(outgoing)
                whole = await incoming.read(limit)
        except TimeoutError as error:
            raise UpstreamTimeout(f"no answer within {seconds:g} seconds") from error
        return Reply(incoming.status, to_caller(incoming.headers), whole)
