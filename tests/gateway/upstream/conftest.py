"""Both engines, for every test that asks for one, and a world of names that lead to this machine."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from gateway.upstream import Engine, Resolver
from gateway.upstream.httpx_engine import HttpxEngine
from gateway.upstream.resolve import Addresses
from gateway.upstream.wreq_engine import WreqEngine
from tests.faults.certificates import Authority

Start = Callable[..., AbstractAsyncContextManager[Engine]]


async def at_home(host: str) -> Addresses:
    """Every name is this machine, but those under `.invalid`."""
    if host.endswith(".invalid"):
        raise OSError(host)
    return ("127.0.0.1",)


@pytest.fixture(params=[WreqEngine, HttpxEngine], ids=["wreq", "httpx"])
def start(request: pytest.FixtureRequest) -> Start:
    """Starts an engine that reaches this machine; `authority` is trusted beside the system's store."""

    @contextlib.asynccontextmanager
    async def started(resolver: Resolver | None = None, authority: Path | None = None) -> AsyncIterator[Engine]:
        make: Any = request.param
        engine: Engine = make(resolver or Resolver(allow_private=True, lookup=at_home), authority=authority)
        try:
            yield engine
        finally:
            await engine.close()

    return started


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
