"""The only room that talks HTTP to a vendor: names, connections, exceptions of the client libraries end here."""

from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.upstream.engine import Engine, Incoming, Outgoing
from gateway.upstream.fetching import Fetching
from gateway.upstream.resolve import Resolver
from gateway.upstream.send import sender

__all__ = [
    "ENGINES",
    "Engine",
    "Engines",
    "Fetching",
    "Incoming",
    "Outgoing",
    "Resolver",
    "sender",
]

Making = Callable[[Resolver, Path | None], Engine]


def _wreq(resolver: Resolver, authority: Path | None) -> Engine:
    from gateway.upstream.wreq_engine import WreqEngine  # noqa: PLC0415 - each engine has a client library of megabytes

    return WreqEngine(resolver, authority=authority)


def _httpx(resolver: Resolver, authority: Path | None) -> Engine:
    from gateway.upstream.httpx_engine import HttpxEngine  # noqa: PLC0415 - the same

    return HttpxEngine(resolver, authority=authority)


ENGINES: Mapping[str, Making] = {"wreq": _wreq, "httpx": _httpx}


class Engines:
    """The engines of one application: one that reaches the public internet, one that reaches everything.

    They outlive a reload, and their connections with them.
    """

    def __init__(self, name: str = "wreq", *, authority: Path | None = None) -> None:
        self._make = ENGINES[name]
        self._authority = authority
        self._engines: dict[bool, Engine] = {}

    def get(self, *, allow_private: bool = False) -> Engine:
        if allow_private not in self._engines:
            resolver = Resolver(allow_private=allow_private)
            self._engines[allow_private] = self._make(resolver, self._authority)
        return self._engines[allow_private]

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.close()
