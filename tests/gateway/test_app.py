"""Whatever goes wrong with a reload, the old config goes on serving, and everybody who asks hears of it."""

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.app import ENDING, UNFORESEEN, Application
from gateway.launch import Launch

CONFIG = """
version: 1
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: bearer, token: "${TOKEN}"}
    endpoints: {one: {route: GET /one}}
"""


class Moody(Mapping[str, str]):
    """An environment that breaks when it is told to, as nobody foresaw."""

    broken = False

    def __getitem__(self, name: str) -> str:
        if self.broken:
            raise RuntimeError("nobody foresaw this")
        return {**os.environ, "TOKEN": "t"}[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**os.environ, "TOKEN": "t"})

    def __len__(self) -> int:
        return len(os.environ) + 1


def test_a_reload_that_fails_by_a_bug_is_told_by_health_and_metrics_and_changes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        file = tmp_path / "integrations.yaml"
        file.write_text(CONFIG)
        environ = Moody()
        application = Application(Launch(config=file, environ=environ))
        before = application.edge.generation
        environ.broken = True

        assert application.reload() == (UNFORESEEN,)
        assert application.health().reload == UNFORESEEN
        assert b"gateway_config_last_reload_successful 0.0" in (await application.voice.metrics())[0]
        assert application.edge.generation is before

        environ.broken = False
        assert application.reload() == ()
        assert application.health().reload is None
        assert b"gateway_config_last_reload_successful 1.0" in (await application.voice.metrics())[0]
        await application.close()

    asyncio.run(main())


class Slow(Moody):
    """An environment that is read only once somebody says so."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def __iter__(self) -> Iterator[str]:
        assert self.gate.wait(20)
        return super().__iter__()

    def __getitem__(self, key: str) -> str:
        assert self.gate.wait(20)
        return super().__getitem__(key)


def test_the_end_waits_for_a_reload_that_is_under_way_and_no_other_begins(tmp_path: Path) -> None:
    async def main() -> None:
        file = tmp_path / "integrations.yaml"
        file.write_text(CONFIG)
        environ = Slow()
        application = Application(Launch(config=file, environ=environ))
        environ.gate.clear()
        reload = asyncio.create_task(application.reload_aside())
        await asyncio.sleep(0.05)
        close = asyncio.create_task(application.close())
        await asyncio.sleep(0.05)
        assert not close.done()

        environ.gate.set()
        assert await reload == ()
        await close
        assert await application.reload_aside() == (ENDING,)

    asyncio.run(main())
