"""Workers find each other behind their doors, and miss each other in a bounded time."""

import asyncio
from pathlib import Path

import pytest

from gateway.serving.siblings import Doors, answering


async def echo(what: str) -> bytes:
    return what.encode() * 100_000


def test_an_answer_comes_whole_however_long(tmp_path: Path) -> None:
    async def main() -> None:
        async with answering(tmp_path, 1, echo):
            assert await Doors(tmp_path, 0, 2).ask("metrics", 5) == {1: b"metrics" * 100_000}

    asyncio.run(main())


def test_who_is_not_there_or_never_was_is_silent(tmp_path: Path) -> None:
    async def main() -> None:
        async with answering(tmp_path, 1, echo):
            pass
        assert await Doors(tmp_path, 0, 3).ask("health", 5) == {1: None, 2: None}

    asyncio.run(main())


def test_who_takes_too_long_is_silent(tmp_path: Path) -> None:
    async def slow(_: str) -> bytes:
        await asyncio.sleep(60)
        return b""

    async def main() -> None:
        async with answering(tmp_path, 1, slow):
            assert await Doors(tmp_path, 0, 2).ask("health", 0.05) == {1: None}

    asyncio.run(main())


def test_an_answer_that_is_cut_short_is_none(tmp_path: Path) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write((1000).to_bytes(4) + b"only this")
        writer.close()

    async def main() -> None:
        server = await asyncio.start_unix_server(cut, tmp_path / "1.socket")
        async with server:
            assert await Doors(tmp_path, 0, 2).ask("health", 5) == {1: None}

    asyncio.run(main())


def test_the_door_of_a_worker_that_died_is_taken_over(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "1.socket").touch()
        async with answering(tmp_path, 1, echo):
            assert (await Doors(tmp_path, 0, 2).ask("x", 5))[1]

    asyncio.run(main())


def test_who_fails_to_answer_says_so_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: str) -> bytes:
        raise RuntimeError("nobody foresaw this")

    async def main() -> None:
        async with answering(tmp_path, 1, broken):
            assert await Doors(tmp_path, 0, 2).ask("health", 5) == {1: None}

    asyncio.run(main())
    assert "nobody foresaw this" in caplog.text
