"""The hub beyond what all forms have in common: whose socket it is, and workers that die, stand still or are alone."""

import asyncio
import contextlib
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop

from gateway.shared import NotShared
from gateway.sharing import Host
from gateway.sharing.frames import framed
from gateway.sharing.line import MOST_BYTES
from tests.gateway.sharing.forms import GUARD, hosting, hub, refused, until


async def ended(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(2**16):
            pass


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


def test_nobody_else_can_open_its_socket_and_nothing_of_it_stays() -> None:
    with hosting() as host:
        path = Path(host.path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


def test_a_worker_that_dies_takes_nothing_of_the_others_with_it(host: Host) -> None:
    async def main() -> None:
        async with hub(host) as stays:
            async with hub(host) as dies:
                await dies.put("name", b"value", 100)
                assert await dies.add("number", 2, 100) == 2
            assert await stays.get("name") == b"value"
            assert await stays.add("number", 1, 100) == 3

    uvloop.run(main())


def test_without_its_supervisor_a_worker_is_refused_at_once(host: Host) -> None:
    async def main() -> None:
        async with hub(host) as shared:
            await asyncio.to_thread(host.stop)
            await until(lambda: shared.state == "lost")
            assert await refused(shared) < GUARD

    uvloop.run(main())


@pytest.mark.parametrize(
    "sent",
    [framed(["nonsense"]), framed(["get"]), framed(["take", "name", 1, 2, 3]), framed(7), framed([[]]),
     framed(["_serve", 1])],
)  # fmt: skip
def test_what_it_does_not_know_is_refused_and_the_next_is_answered(host: Host, sent: bytes) -> None:
    async def main() -> None:
        reader, writer = await asyncio.open_unix_connection(host.path)
        writer.write(sent + framed(["echo", 7]))
        async with asyncio.timeout(10):
            assert await reader.readexactly(len(framed([2]) + framed([0, 7]))) == framed([2]) + framed([0, 7])
        writer.close()

    uvloop.run(main())


@pytest.mark.parametrize(
    "sent", [b"\xff\xff\xff\xff", struct.pack(">I", 3) + b"\xc1\xc1\xc1", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_who_sends_nonsense_is_cut_off_and_nobody_else_is(host: Host, sent: bytes) -> None:
    async def main() -> None:
        async with hub(host) as shared:
            reader, writer = await asyncio.open_unix_connection(host.path)
            writer.write(sent)
            async with asyncio.timeout(10):
                assert await reader.read() == b""
            writer.close()
            assert shared.state == "ok"
            assert await shared.get("name") is None

    uvloop.run(main())


def test_a_worker_that_stands_still_is_cut_off_before_it_fills_the_supervisor(host: Host) -> None:
    async def main() -> None:
        async with hub(host) as shared:
            reader, writer = await asyncio.open_unix_connection(host.path, limit=1)
            writer.write(framed(["echo", 7]))
            await reader.readexactly(1)  # it is there, and reads no more
            for _ in range(40):
                shared.tell("channel", bytes(MOST_BYTES // 2))
                await shared.get("name")
            async with asyncio.timeout(10):
                await ended(reader)
            assert shared.state == "ok"
            writer.close()

    uvloop.run(main())


def test_a_value_that_would_hold_up_others_is_not_shared(host: Host) -> None:
    async def main() -> None:
        async with hub(host) as shared:
            assert await shared.put("large", bytes(MOST_BYTES), 10)
            assert await shared.get("large") == bytes(MOST_BYTES)
            with pytest.raises(NotShared):
                await shared.put("larger", bytes(MOST_BYTES + 1), 10)

    uvloop.run(main())
