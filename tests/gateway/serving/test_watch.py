"""A changed file is noticed once it has come to rest."""

import asyncio
from pathlib import Path

from gateway.serving.watch import changes
from tests.kit import run


def test_a_file_that_is_still_being_written_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text("a")

    async def scenario() -> list[float]:
        noticed: list[float] = []

        async def watch() -> None:
            async for _ in changes(lambda: [file], interval=1.0):
                noticed.append(asyncio.get_running_loop().time())  # noqa: PERF401 - it never ends

        task = asyncio.create_task(watch())
        await asyncio.sleep(2.5)
        for second in range(4):
            file.write_text("b" * (second + 2))
            await asyncio.sleep(1.0)
        await asyncio.sleep(5)
        task.cancel()
        return noticed

    noticed = run(scenario())

    assert len(noticed) == 1
    assert noticed[0] >= 1000.0 + 2.5 + 3.0 + 1.0


def test_a_file_that_comes_and_goes_is_noticed_when_it_is_back(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text("a")

    async def scenario() -> int:
        noticed = 0

        async def watch() -> None:
            nonlocal noticed
            async for _ in changes(lambda: [file], interval=1.0):
                noticed += 1

        task = asyncio.create_task(watch())
        await asyncio.sleep(1.5)
        (tmp_path / "new").write_text("changed")
        (tmp_path / "new").replace(file)
        await asyncio.sleep(5)
        task.cancel()
        return noticed

    assert run(scenario()) == 1
